// The few lines that building a page from elements needs.

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {{[name: string]: string | number | boolean | null | undefined | ((e: any) => void)}} Props */

/**
 * Returns a new element. A function is a listener for the event of its name, true
 * is an attribute without a value, false, null and undefined are left out. Children
 * that are strings become text: nothing is ever read as markup.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props} [props]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props = {}, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') e.addEventListener(name, value);
    else if (value === true) e.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) e.setAttribute(name, String(value));
  }
  fill(e, ...children);
  return e;
}

/**
 * Replaces what is in e.
 *
 * @param {Element | DocumentFragment} e
 * @param {...(Child | Child[])} children
 */
export function fill(e, ...children) {
  e.replaceChildren(...children.flat().filter(shown).map((c) => (c instanceof Node ? c : String(c))));
}

/** @param {Child} c @returns {c is Node | string | number} */
function shown(c) {
  return c !== null && c !== undefined && c !== false;
}

/**
 * Returns the element in root that selector names; it must be there.
 *
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {T}
 */
export function find(root, selector) {
  const e = root.querySelector(selector);
  if (!e) throw new Error(`there is no ${selector}`);
  return /** @type {T} */ (e);
}

/**
 * Returns a labelled input for a form.
 *
 * @param {string} label
 * @param {HTMLElement} input
 * @param {string} [hint]
 */
export function field(label, input, hint) {
  return h('label', { class: 'field' }, h('span', { class: 'label' }, label), input, hint && h('span', { class: 'hint' }, hint));
}

/**
 * Says that something failed and offers to try again.
 *
 * @param {unknown} err
 * @param {() => void} [retry]
 */
export function failure(err, retry) {
  const message = err instanceof Error ? err.message : String(err);
  return h('div', { class: 'note bad', role: 'alert' },
    h('p', {}, message),
    retry && h('button', { type: 'button', click: retry }, 'Try again'));
}
