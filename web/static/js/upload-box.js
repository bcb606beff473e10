// <upload-box>: takes files by button or drop and follows each until it can be
// found.

import { documents, searchable, upload } from './api.js';
import { h } from './dom.js';
import { size } from './format.js';
import { fragment } from './router.js';

const together = 3; // files under way at once

class UploadBox extends HTMLElement {
  #list = h('ul', { class: 'uploads', 'aria-live': 'polite', 'aria-label': 'Uploads' });
  #waiting = /** @type {(() => Promise<void>)[]} */ ([]);
  #running = 0;
  #target;

  /** @param {HTMLElement} target where files may be dropped */
  constructor(target) {
    super();
    this.#target = target;
  }

  connectedCallback() {
    if (this.firstChild) return;
    const input = h('input', { type: 'file', multiple: true, class: 'hidden', id: 'upload', change: () => {
      for (const f of input.files ?? []) this.#add(f.name, f);
      input.value = '';
    } });
    this.append(h('div', { class: 'drop' }, input, h('label', { for: 'upload', class: 'button' }, 'Upload files'), h('span', { class: 'hint' }, 'or drop files and folders anywhere on this page')), this.#list);
    this.#target.addEventListener('dragover', (e) => {
      if (!e.dataTransfer?.types.includes('Files')) return;
      e.preventDefault();
      this.classList.add('over');
    });
    this.#target.addEventListener('dragleave', (e) => {
      if (!(e.relatedTarget instanceof Node && this.#target.contains(e.relatedTarget))) this.classList.remove('over');
    });
    this.#target.addEventListener('drop', (e) => this.#drop(e));
  }

  /** @param {DragEvent} e */
  #drop(e) {
    e.preventDefault();
    this.classList.remove('over');
    for (const item of e.dataTransfer?.items ?? []) {
      const entry = item.webkitGetAsEntry();
      const file = item.getAsFile();
      if (entry) this.#enter(entry);
      else if (file) this.#add(file.name, file);
    }
  }

  /** Takes a file, or all that is in a folder. @param {FileSystemEntry} entry */
  #enter(entry) {
    const path = entry.fullPath.replace(/^\//, '');
    const failed = (/** @type {DOMException} */ err) => this.#line(path).say('bad', err.message);
    if (entry instanceof FileSystemFileEntry) entry.file((f) => this.#add(path, f), failed);
    else if (entry instanceof FileSystemDirectoryEntry) {
      const reader = entry.createReader();
      // A reader gives its entries in portions; an empty one is the last.
      const more = () => reader.readEntries((es) => { es.forEach((x) => this.#enter(x)); if (es.length) more(); }, failed);
      more();
    }
  }

  /** @param {string} path @param {File} file */
  #add(path, file) {
    const line = this.#line(path);
    line.say('', `waiting (${size(file.size)})`);
    this.#waiting.push(() => this.#send(path, file, line));
    this.#next();
  }

  #next() {
    if (this.#running >= together) return;
    const job = this.#waiting.shift();
    if (!job) return;
    this.#running++;
    job().finally(() => { this.#running--; this.#next(); });
  }

  /** @param {string} path @param {File} file @param {Line} line */
  async #send(path, file, line) {
    try {
      const { token, documents: sent } = await upload(path, file, (part) => line.progress(part), line.stop.signal);
      line.say('busy', 'sent; being indexed…');
      await searchable(token, line.stop.signal);
      const uri = sent?.[0]?.uri ?? '';
      const doc = (await documents({ q: path.split('/').at(-1) ?? path, limit: '100' })).documents?.find((d) => d.uri === uri);
      if (doc?.status === 'failed') line.say('bad', doc.reason || 'it could not be read');
      else line.done(uri);
    } catch (err) {
      if (line.stop.signal.aborted) line.remove();
      else line.say('bad', err instanceof Error ? err.message : String(err));
    }
  }

  /** @param {string} path */
  #line(path) {
    const line = new Line(path);
    this.#list.prepend(line.element);
    return line;
  }
}

/** One upload in the list. */
class Line {
  stop = new AbortController();
  #bar = h('progress', { max: 1, value: 0, 'aria-label': 'Sent' });
  #state = h('span', { class: 'state' });
  #name = h('span', { class: 'name', dir: 'auto' });

  /** @param {string} path */
  constructor(path) {
    this.#name.textContent = path;
    this.element = h('li', {}, this.#name, this.#bar, this.#state,
      h('button', { type: 'button', class: 'quiet', 'aria-label': `Forget ${path}`, click: () => { this.stop.abort(); this.remove(); } }, '✕'));
  }

  /** @param {number} part */
  progress(part) {
    this.#bar.value = part;
    this.#state.textContent = `${Math.round(part * 100)} %`;
  }

  /** @param {string} kind @param {string} text */
  say(kind, text) {
    this.element.className = kind;
    this.#state.textContent = text;
    if (kind === 'bad') this.#bar.remove();
    else if (kind === 'busy') this.#bar.removeAttribute('value');
  }

  /** @param {string} uri */
  done(uri) {
    this.say('good', 'searchable');
    this.#bar.remove();
    if (uri) this.#name.replaceChildren(h('a', { href: fragment({ uri, start: -1, end: -1 }) }, this.#name.textContent));
  }

  remove() {
    this.element.remove();
  }
}

customElements.define('upload-box', UploadBox);
export { UploadBox };
