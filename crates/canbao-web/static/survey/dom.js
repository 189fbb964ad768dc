// Elements without templates: nothing that was typed is ever read as markup.

/**
 * h("div.field", { for: "x", hidden: true, onclick: f }, child, "text", [more]). A property that is false, null or undefined is left out.
 */
export function h(name, properties, ...children) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties || {})) setProperty(element, key, value);
  append(element, children);
  return element;
}

function setProperty(element, key, value) {
  if (value === undefined || value === null || value === false) return;
  if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
  else if (key === "value" || key === "checked") element[key] = value;
  else element.setAttribute(key, value === true ? "" : String(value));
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/** Puts other children in an element; who stood on one of them with the keyboard stands on its like afterwards. */
export function fill(element, ...children) {
  const focus = element.contains(document.activeElement) && element !== document.activeElement ? document.activeElement : null;
  element.textContent = "";
  append(element, children);
  if (focus) {
    const like = Array.from(element.querySelectorAll("a, button, input")).find((one) =>
      one.tagName === focus.tagName && one.id === focus.id && one.getAttribute("href") === focus.getAttribute("href") && one.textContent === focus.textContent);
    if (like) like.focus({ preventScroll: true });
  }
  return element;
}

/** Writes a text only where it is another: what is read out is not read again. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export const tag = (text, colour) => h(colour ? `span.tag.${colour}` : "span.tag", null, text);
