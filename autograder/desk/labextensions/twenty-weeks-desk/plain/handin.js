// "Hand in" in the notebook's toolbar: save, submit through nbgrader's own server, then tell what becomes of it.
import { el, save } from './desk.js';

export function handInButton(desk, panel, week, goHome) {
  const status = el('span', { class: 'tw-status', role: 'status' });
  const extra = el('span', { class: 'tw-extra' });
  const home = el('button', { class: 'tw-button', onclick: goHome }, 'Home');
  const button = el('button', { class: 'tw-hand', onclick: () => handIn() }, 'Hand in');
  const widget = new desk.Widget({ node: el('div', { class: 'tw-toolbar' }, home, button, status, extra) });
  let busy = '', failed = '';

  function draw() {
    const attempts = desk.week(week)?.attempts ?? [], last = attempts.at(-1);
    status.textContent = busy || failed || last?.says || '';
    const page = !busy && last?.over && el('button', { class: 'tw-link', onclick: () => open(last) }, 'open the page');
    extra.replaceChildren(...[page, !busy && attempts.length > 1 && popup(attempts)].filter(Boolean));
  }

  async function open(attempt) {
    failed = '';
    try {
      await desk.openPage(week, attempt.at);
    } catch (error) {
      failed = `not opened: ${error.message}`;
    }
    draw();
  }

  /** All attempts, side by side, under a button. */
  function popup(attempts) {
    const list = el('ol', { class: 'tw-popup', hidden: true }, ...attempts.map(one => row(one, () => open(one))));
    const toggle = el('button', { class: 'tw-link', 'aria-expanded': 'false', onclick: () => {
      list.hidden = !list.hidden;
      toggle.setAttribute('aria-expanded', String(!list.hidden));
      const { left, bottom } = toggle.getBoundingClientRect();
      Object.assign(list.style, { left: `${left}px`, top: `${bottom + 4}px` });
    } }, `${attempts.length} attempts`);
    return el('span', { onkeydown: event => { if (event.key === 'Escape' && !list.hidden) { toggle.click(); toggle.focus(); } } }, toggle, list);
  }

  async function handIn() {
    button.disabled = true;
    failed = '';
    try {
      busy = 'saving …';
      draw();
      await save(panel.context);
      busy = 'handing in …';
      draw();
      const answer = await desk.nbgrader('submit', week);
      if (!answer.success) throw new Error(String(answer.value).trim().split('\n').pop());
      desk.since = 0; // ask soon again
      await desk.refresh();
    } catch (error) {
      failed = `not handed in: ${error.message}`;
    } finally {
      busy = '';
      button.disabled = false;
      draw();
    }
  }

  desk.follow(widget, draw);
  return widget;
}

/** On Home: the last attempt, and the ones before it. */
export function attemptsList(desk, week, press) {
  const open = one => event => press(event, () => desk.openPage(week.week, one.at));
  const rows = [...week.attempts].reverse().map(one => row(one, open(one), `${week.week}/${one.at}`));
  const [last, ...before] = rows;
  const list = el('ol', { class: 'tw-attempts' }, last);
  if (before.length) {
    const more = el('button', { class: 'tw-link', 'data-key': `${week.week}/more`, 'aria-expanded': 'false', onclick: () => {
      list.append(...before);
      more.remove();
    } }, `and ${before.length} before`);
    last.append(' ', more);
  }
  return list;
}

function row(one, open, key = null) {
  const link = one.over && el('button', { class: 'tw-link', 'data-key': key, 'aria-label': `the page of ${one.when}`, onclick: open }, 'the page');
  return el('li', {}, el('span', { class: 'tw-when' }, one.when), ' ', el('span', {}, one.says), ' ', link);
}
