// What a written value must look like. Pure; the server judges by the same rules.

const DIGITS_OF_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS_OF_NUMBER = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS_OF_NUMBER = "10X98765432";

/** Without spaces: those of ASCII, the full-width one, the one that does not break. */
export const unspaced = (text) => text.replace(/[ \t\r\n\u00a0\u3000]/g, "");

const daysOf = (year, month) =>
  month === 2 ? (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;

/** A day of the calendar, `1975-03-02`. */
export function isDate(text) {
  const parts = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text);
  if (!parts) return false;
  const [year, month, day] = parts.slice(1).map(Number);
  return month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month);
}

/** A month from 1900-01 on, `2014-06`. */
export function isMonth(text) {
  const parts = /^([0-9]{4})-([0-9]{2})$/.exec(text);
  return parts !== null && Number(parts[1]) >= 1900 && Number(parts[2]) >= 1 && Number(parts[2]) <= 12;
}

/** A mobile number, or a fixed one with its area code. */
export function isPhone(text) {
  return /^(1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8})$/.test(unspaced(text));
}

/** The birth date that a citizen number holds, whether or not there is such a day. */
export const birthOfNumber = (number) => `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;

/** A citizen number of GB 11643: a birth date up to today, and the check character that follows from the rest. */
export function isCitizenNumber(text, today) {
  if (!/^[1-9][0-9]{16}[0-9Xx]$/.test(text)) return false;
  const birth = birthOfNumber(text);
  if (!isDate(birth) || birth < "1850" || birth > today) return false;
  const sum = WEIGHTS_OF_NUMBER.reduce((total, weight, at) => total + weight * Number(text[at]), 0);
  return CHECKS_OF_NUMBER[sum % 11] === text[17].toUpperCase();
}

/** A credit code of GB 32100: six digits of the registrar's area in it, and its check character. */
export function isCreditCode(text) {
  if (!/^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$/.test(text)) return false;
  let sum = 0;
  for (let at = 0, weight = 1; at < 17; at += 1, weight = (weight * 3) % 31) sum += DIGITS_OF_CREDIT.indexOf(text[at]) * weight;
  return DIGITS_OF_CREDIT[(31 - (sum % 31)) % 31] === text[17];
}

/** Whether a text is of a format that a form names; a format nobody knows fits everything. */
export function fits(format, text, today) {
  switch (format) {
    case "phone": return isPhone(text);
    case "citizen-number": return isCitizenNumber(text, today);
    case "date": return isDate(text);
    case "month": return isMonth(text);
    case "credit-code": return isCreditCode(text);
    default: return true;
  }
}

/** Full years between two dates, negative before birth; who was born on 29 February is older on 1 March. */
export function yearsBetween(birth, today) {
  const before = today.slice(5) < birth.slice(5) ? 1 : 0;
  return Number(today.slice(0, 4)) - Number(birth.slice(0, 4)) - before;
}
