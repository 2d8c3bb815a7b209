// What the parts share: the state as our server tells it, and the ways to an exercise and to a page.
const SOON = 700; // milliseconds between two questions while an attempt is waited for
const LATER = 5000; // after the first minute
const MINUTE = 60000;

export class Desk {
  constructor(parts) {
    Object.assign(this, parts, { state: null, listeners: new Set(), timer: null, since: 0, pages: new Map() });
  }

  /** Ask the server anew and tell all who draw. */
  async refresh() {
    const text = JSON.stringify(await this.ask('workbook/state'));
    if (text !== this.text) {
      this.text = text;
      this.state = JSON.parse(text);
      for (const draw of this.listeners) draw(this.state);
    }
    this.wait();
    return this.state;
  }

  /** While an attempt is waited for, ask again: soon at first, slower after a minute. */
  wait() {
    clearTimeout(this.timer);
    if (!this.state?.weeks.some(week => week.attempts.some(one => !one.over))) {
      this.since = 0;
      return;
    }
    this.since ||= Date.now();
    const pause = Date.now() - this.since < MINUTE ? SOON : LATER;
    this.timer = setTimeout(() => this.refresh().catch(() => this.wait()), pause);
  }

  /** Draw now and at every change, as long as the widget lives. */
  follow(widget, draw) {
    this.listeners.add(draw);
    widget.disposed.connect(() => this.listeners.delete(draw));
    if (this.state) draw(this.state);
  }

  week(name) { return this.state?.weeks.find(one => one.week === name); }
  exercise(week, id) { return this.week(week)?.exercises.find(one => one.id === id); }
  pathOf(week) { return `${this.state.folder}${week}/${week}.ipynb`; }

  /** What nbgrader's own server does: fetch, submit, fetch_feedback. */
  nbgrader(step, week) {
    return this.ask(`assignments/${step}`, { course_id: this.state.course, assignment_id: week });
  }

  /** Open a week at an exercise's heading; a week that is not here yet is fetched first. */
  async open(week, exercise) {
    if (!this.week(week).here) {
      await this.nbgrader('fetch', week);
      await this.refresh();
    }
    const panel = await this.app.commands.execute('docmanager:open', { path: this.pathOf(week) });
    await panel.context.ready;
    await panel.revealed;
    const folder = { path: this.state.folder + week, dontShowBrowser: true }; // the file browser beside it shows the week
    await this.app.commands.execute('filebrowser:go-to-path', folder).catch(() => {});
    const notebook = panel.content;
    let index = notebook.widgets.findIndex(cell => about(cell).id === exercise);
    if (index >= 0) {
      if (index > 0 && notebook.widgets[index - 1].model.type === 'markdown') index -= 1; // its text
      notebook.activeCellIndex = index;
      await toTop(notebook, index, heading);
    }
    notebook.activate();
    return panel;
  }

  /** Open the page of an attempt in the week's one tab for pages; nbgrader brings it, also where it was graded anew. */
  async openPage(week, at) {
    await this.nbgrader('fetch_feedback', week);
    await this.refresh();
    const attempt = this.week(week).attempts.find(one => one.at === at);
    if (!attempt?.page) throw new Error('there is no page yet');
    const before = this.pages.get(week);
    const path = this.state.folder + attempt.page;
    if (before && !before.isDisposed) before.close();
    this.pages.set(week, await this.app.commands.execute('docmanager:open', { path, factory: 'HTML Viewer' }));
  }
}

/** Inside a notebook, Enter and letters are JupyterLab's shortcuts; on our buttons they are the button's. */
export const OWN_KEYS = { 'data-lm-suppress-shortcuts': 'true' };

const saving = new WeakSet();
/** From now on it is known when JupyterLab saves by itself. */
export function noteSaves(context) {
  context.saveState.connect((_, state) => { if (state === 'started') saving.add(context); else saving.delete(context); });
}

/** Save what is not saved; never beside a save of JupyterLab's own: it would ask whether somebody else has changed the file. */
export async function save(context) {
  while (saving.has(context)) await new Promise(resolve => setTimeout(resolve, 100));
  if (context.model.dirty) await context.save();
}

export const about = cell => cell.model.getMetadata('autograder') ?? {};

/** Bring a cell to the top, or what `find` finds in it. Cells above still grow while they are drawn: it is asked for more than once. */
export async function toTop(notebook, index, find = node => node) {
  for (let look = 0; look < 6; look++) {
    await Promise.resolve(notebook.scrollToItem(index, 'start')).catch(() => {}); // a newer wish came first
    await new Promise(resolve => setTimeout(resolve, 150));
    const node = notebook.widgets[index]?.node;
    if (!node) return;
    (find(node) ?? node).scrollIntoView({ block: 'start' });
  }
}

/** The exercise's own heading in the text above it: the last of its rank. */
const heading = node => [...node.querySelectorAll('h3')].pop();

/** An element: el('button', {class: 'x', onclick}, 'text', child). Text only, never HTML: nothing that is shown becomes script. */
export function el(tag, attributes = {}, ...children) {
  const svg = ['svg', 'path', 'circle'].includes(tag);
  const node = svg ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter(child => child != null && child !== false));
  return node;
}

/** An exercise's mark: each state has a shape of its own, so that no colour is needed to tell them apart. */
export function mark({ state, share }) {
  const parts = [el('circle', { cx: 9, cy: 9, r: 7, class: 'tw-ring' })];
  if (state === 'begun' || state === 'graded') parts.push(el('path', { d: slice(Math.max(share, 0.06)), class: 'tw-slice' }));
  if (state === 'holds' || state === 'full') parts.push(el('path', { d: 'M5.6 9.4 L8 11.8 L12.6 6.6', class: 'tw-tick' }));
  if (state === 'handed') parts.push(el('path', { d: 'M9 13 V5.6 M5.8 8.6 L9 5.4 L12.2 8.6', class: 'tw-tick' }));
  return el('svg', { class: `tw-mark tw-is-${state}`, viewBox: '0 0 18 18', width: 18, height: 18, 'aria-hidden': 'true' }, ...parts);
}

/** A share of a disc, from twelve o'clock on. */
function slice(share) {
  if (share >= 1) return 'M9 4.5 A4.5 4.5 0 1 1 8.99 4.5 Z';
  const angle = 2 * Math.PI * share;
  const at = [9 + 4.5 * Math.sin(angle), 9 - 4.5 * Math.cos(angle)].map(x => x.toFixed(2));
  return `M9 9 L9 4.5 A4.5 4.5 0 ${share > 0.5 ? 1 : 0} 1 ${at.join(' ')} Z`;
}
