//! How often everything happens, in one place.

/// The rates of an invented city. Shares are of 1, of what their comment says; the defaults are
/// those of [`Rates::CITY`].
#[derive(Clone, Debug, PartialEq)]
pub struct Rates {
    // People, as shares of the registered population
    /// Residents without hukou here (非户籍常住人口), beside the registered ones.
    pub nonlocal: f64,
    /// People insured here whom no population file holds.
    pub outside: f64,
    /// Holders of a certificate that is no citizen number (passport, permits of Hong Kong, Macao,
    /// Taiwan residents, foreigners' permit).
    pub foreign: f64,
    /// Registered adults who live in another county of the city and stand in both population files.
    pub both_files: f64,
    /// Births that are twins.
    pub twins: f64,
    /// People with a rare character (生僻字) in their name.
    pub rare_character: f64,
    /// People with a name of two parts and a middle dot.
    pub dotted_name: f64,
    /// People whose name changed: older sources have the former one.
    pub renamed: f64,
    /// Pairs of people who share a number in the register itself (一号多人).
    pub shared_pairs: f64,
    /// People whose older sources have a former or second number (一人多号), all of them the same.
    pub several_numbers: f64,
    /// Registered people who died: over 60, and younger.
    pub dead: [f64; 2],
    /// Registered people who moved out.
    pub moved_out: f64,
    /// Of the dead, the moved-out, and the nonlocal residents: whoever is in no scheme here.
    pub dropped: [f64; 3],
    /// Registered people without any readable number, newborns most of them.
    pub numberless: f64,

    // Enrolments, as shares of those enrolled
    /// Also live in a second pension scheme, of employees.
    pub double_pension: f64,
    /// Also live in a second medical scheme, of employees.
    pub double_medical: f64,
    /// Live in one scheme in two pooling areas.
    pub two_pools: f64,
    /// Pensioners of employees' schemes who draw the residents' pension as well.
    pub double_benefit: f64,
    /// Contributions suspended: pension before retirement, medical.
    pub suspended: [f64; 2],
    /// Ended.
    pub ended: f64,
    /// State blank; state an unknown code.
    pub unclear: [f64; 2],
    /// Of those of working age who lack a pension here: insured elsewhere, says the upper level.
    pub elsewhere: f64,
    /// Of the rural population on subsistence; of all, disabled.
    pub assisted: [f64; 2],

    // Rows
    /// Rows of the insurance and assistance sources, and of the population files.
    pub insurance: Damage,
    /// See `insurance`.
    pub population: Damage,
    /// A second row of the same person in the same insurance source, in the same population file.
    pub repeated: [f64; 2],
    /// Rows that cannot be read: too few or too many columns, of text sources.
    pub ragged: f64,
    /// Rows with neither number nor name, birth date or place: nobody can know whose they are.
    pub hopeless: f64,
}

/// How often a row is damaged, by sort, as shares of a source's rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Damage {
    /// Final x in lower case (of the numbers that end so).
    pub lower_x: f64,
    /// Full-width digits.
    pub full_width: f64,
    /// Spaces before, after or between.
    pub spaces: f64,
    /// A spreadsheet's leading quote.
    pub quote: f64,
    /// The old number of 15 digits (of those born before October 1999).
    pub fifteen: f64,
    /// One digit wrong.
    pub one_digit: f64,
    /// Two neighbours swapped.
    pub swapped: f64,
    /// Blank.
    pub blank: f64,
    /// A placeholder: 无, 0, 000000000000000000, 111111111111111111.
    pub placeholder: f64,
    /// Truncated by a spreadsheet to 15 digits and zeros.
    pub float: f64,
    /// A spreadsheet's exponent, 6.12401E+17.
    pub exponent: f64,
    /// Only the check character wrong.
    pub check_only: f64,
    /// Two digits wrong.
    pub two_digits: f64,
    /// Wrong within the birth date.
    pub birth_part: f64,
    /// Wrong within the area.
    pub area_part: f64,
    /// A digit lost; a digit too many.
    pub length: f64,
    /// A valid number, but a relative's.
    pub relative: f64,
    /// Number and name in each other's columns.
    pub columns: f64,
    /// One digit of the number wrong and the name a homophone.
    pub number_and_name: f64,
    /// A homophone in the name.
    pub homophone: f64,
    /// Spaces in the name.
    pub name_spaces: f64,
    /// A variant character (異體字).
    pub variant: f64,
    /// A character missing.
    pub missing_character: f64,
    /// A `?` for a character.
    pub question: f64,
    /// A private-use character for a character.
    pub private_use: f64,
    /// Pinyin.
    pub pinyin: f64,
    /// Given name before surname.
    pub reversed: f64,
    /// Name blank.
    pub name_blank: f64,
    /// Birthday by the lunar calendar.
    pub lunar: f64,
    /// Birthday off by a day, ten days, a month or a year.
    pub birth_slip: f64,
    /// Birth date blank.
    pub birth_blank: f64,
    /// Sex wrong; sex blank.
    pub sex: [f64; 2],
    /// Another village of the county; a code that is no village any more; blank.
    pub village: [f64; 3],
    /// A stray comma or line break in the address.
    pub address: f64,
}

impl Rates {
    /// The rates that every command uses.
    pub const CITY: Rates = Rates {
        nonlocal: 0.03,
        outside: 0.008,
        foreign: 0.0005,
        both_files: 0.005,
        twins: 0.009,
        rare_character: 0.003,
        dotted_name: 0.001,
        renamed: 0.002,
        shared_pairs: 0.0001,
        several_numbers: 0.003,
        dead: [0.03, 0.002],
        moved_out: 0.007,
        dropped: [0.8, 0.6, 0.5],
        numberless: 0.0003,
        double_pension: 0.02,
        double_medical: 0.02,
        two_pools: 0.003,
        double_benefit: 0.012,
        suspended: [0.07, 0.02],
        ended: 0.015,
        unclear: [0.002, 0.001],
        elsewhere: 0.06,
        assisted: [0.06, 0.03],
        insurance: Damage {
            lower_x: 0.010,
            full_width: 0.003,
            spaces: 0.004,
            quote: 0.002,
            fifteen: 0.012,
            one_digit: 0.010,
            swapped: 0.004,
            blank: 0.004,
            placeholder: 0.002,
            float: 0.003,
            exponent: 0.0003,
            check_only: 0.003,
            two_digits: 0.002,
            birth_part: 0.001,
            area_part: 0.0005,
            length: 0.001,
            relative: 0.002,
            columns: 0.0001,
            number_and_name: 0.001,
            homophone: 0.006,
            name_spaces: 0.010,
            variant: 0.0005,
            missing_character: 0.002,
            question: 0.001,
            private_use: 0.0005,
            pinyin: 0.0005,
            reversed: 0.0003,
            name_blank: 0.0005,
            lunar: 0.010,
            birth_slip: 0.006,
            birth_blank: 0.005,
            sex: [0.003, 0.005],
            village: [0.03, 0.002, 0.01],
            address: 0.0,
        },
        population: Damage {
            lower_x: 0.004,
            full_width: 0.0002,
            spaces: 0.0005,
            quote: 0.0,
            fifteen: 0.0,
            one_digit: 0.0003,
            swapped: 0.0001,
            blank: 0.0003,
            placeholder: 0.0001,
            float: 0.0,
            exponent: 0.0,
            check_only: 0.0001,
            two_digits: 0.0,
            birth_part: 0.0,
            area_part: 0.0,
            length: 0.0001,
            relative: 0.0,
            columns: 0.0,
            number_and_name: 0.0,
            homophone: 0.0,
            name_spaces: 0.002,
            variant: 0.0,
            missing_character: 0.0,
            question: 0.0005,
            private_use: 0.0002,
            pinyin: 0.0,
            reversed: 0.0,
            name_blank: 0.0002,
            lunar: 0.0,
            birth_slip: 0.0,
            birth_blank: 0.002,
            sex: [0.0, 0.003],
            village: [0.0, 0.0005, 0.002],
            address: 0.0005,
        },
        repeated: [0.008, 0.0005],
        ragged: 0.0003,
        hopeless: 0.0003,
    };
}
