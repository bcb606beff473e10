// The address bar says what is shown: the path names the page, the query its
// fields, and the fragment "#doc=URI&at=10-20" the document opened beside it.

import { find } from './dom.js';

/** @typedef {{uri: string, start: number, end: number, quote?: string}} Place a span of a document, in code points; start -1 for none */
/** @typedef {HTMLElement & {enter(params: URLSearchParams): void, focusMain(): void}} Page */

/** @type {Record<string, {tag: string, title: string}>} */
const pages = {
  '/': { tag: 'ask-page', title: 'Ask' },
  '/search': { tag: 'search-page', title: 'Search' },
  '/documents': { tag: 'documents-page', title: 'Documents' },
  '/sources': { tag: 'sources-page', title: 'Sources' },
};

/** Pages that have been shown; they keep what they hold until the tab closes. @type {Map<string, Page>} */
const kept = new Map();

/** Returns the fragment that opens a place. @param {Place} place */
export function fragment({ uri, start, end }) {
  return '#doc=' + encodeURIComponent(uri) + (start >= 0 ? `&at=${start}-${end}` : '');
}

/** What the address says is open beside the page. @returns {Place | null} */
export function place() {
  const params = new URLSearchParams(location.hash.slice(1).replaceAll('+', '%2B'));
  const uri = params.get('doc');
  if (!uri) return null;
  const at = /^(\d+)-(\d+)$/.exec(params.get('at') ?? '');
  const span = at ? { start: Number(at[1]), end: Number(at[2]) } : { start: -1, end: -1 };
  return { uri, ...span, quote: history.state?.quote };
}

/** Opens a document beside the page. @param {Place} to */
export function openPlace(to) {
  const how = location.hash.startsWith('#doc=') ? 'replaceState' : 'pushState';
  history[how]({ quote: to.quote, opened: true }, '', location.pathname + location.search + fragment(to));
  announce();
}

/** Closes it again; "back" then does not open it. */
export function closePlace() {
  if (history.state?.opened) return history.back();
  history.replaceState(null, '', location.pathname + location.search);
  announce();
}

/** Goes to a page. @param {string} address */
export function go(address) {
  history.pushState(null, '', address);
  route();
  current().focusMain();
}

/** Writes the fields of the page shown into its address. @param {Record<string, string>} fields */
export function remember(fields) {
  const query = new URLSearchParams(Object.entries(fields).filter(([, v]) => v !== '')).toString();
  history.replaceState(history.state, '', location.pathname + (query && '?' + query) + location.hash);
}

/** The page shown. */
export function current() {
  return /** @type {Page} */ (find(document, '#main').firstElementChild);
}

/** Begins to follow links and the address. */
export function start() {
  document.addEventListener('click', follow);
  addEventListener('popstate', route);
  route();
}

/** @param {MouseEvent} e */
function follow(e) {
  if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
  const link = e.target instanceof Element ? e.target.closest('a') : null;
  if (!link || link.target || link.origin !== location.origin || !pages[link.pathname]) return;
  if (link.hash && !link.hash.startsWith('#doc=')) return;
  e.preventDefault();
  if (link.hash) openPlace(/** @type {Place} */ (readLink(link)));
  else go(link.pathname + link.search);
}

/** @param {HTMLAnchorElement} link */
function readLink(link) {
  const at = /&at=(\d+)-(\d+)$/.exec(link.hash);
  const uri = decodeURIComponent(link.hash.slice('#doc='.length).replace(/&at=.*$/, ''));
  return { uri, start: at ? Number(at[1]) : -1, end: at ? Number(at[2]) : -1, quote: link.dataset.quote };
}

function route() {
  const path = location.pathname;
  const { tag, title } = pages[path] ?? pages['/'];
  const page = kept.get(tag) ?? /** @type {Page} */ (document.createElement(tag));
  kept.set(tag, page);
  const main = find(document, '#main');
  if (main.firstElementChild !== page) main.replaceChildren(page);
  document.title = `${title} · ragserver`;
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === path) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  page.enter(new URLSearchParams(location.search));
  announce();
}

function announce() {
  document.dispatchEvent(new CustomEvent('place'));
}
