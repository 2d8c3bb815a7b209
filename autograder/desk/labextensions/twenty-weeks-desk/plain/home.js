// Home: one button that says where she goes on, the weeks as a road, the shelf of her own pieces.
import { el, mark } from './desk.js';
import { attemptsList } from './handin.js';

const LEGEND = [
  ['open', 'not begun'], ['begun', 'begun'], ['holds', 'holds here'], ['handed', 'handed in'], ['graded', 'a part of the points'], ['full', 'all points']
];

export function makeHome(desk) {
  const home = new desk.Widget({ node: el('div', { class: 'tw-home', tabindex: '-1' }) });
  const says = el('p', { class: 'tw-trouble', role: 'alert' });
  const place = el('div');
  home.node.append(el('main', {}, el('h1', {}, 'Twenty Weeks of Deep Learning'), says, place));
  home.id = 'twenty-weeks-home';
  home.title.label = 'Home';
  home.title.caption = 'The weeks, and where you go on';
  home.title.closable = true;
  const focus = () => (home.node.querySelector('.tw-go') ?? home.node.querySelector('button') ?? home.node).focus();
  home.onActivateRequest = () => { focus(); desk.refresh().catch(() => {}); };
  home.node.addEventListener('keydown', arrows);
  const press = async (event, work) => {
    says.textContent = '';
    event.currentTarget.classList.add('tw-busy');
    const button = event.currentTarget;
    try {
      await work();
    } catch (error) {
      says.textContent = `That did not work: ${error.message}`;
    } finally {
      button.classList.remove('tw-busy');
    }
  };
  desk.follow(home, state => {
    const at = document.activeElement;
    const isMine = home.node.contains(at), key = at?.dataset?.key ?? 'go';
    place.replaceChildren(...draw(desk, state, press));
    if (isMine) home.node.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus(); // drawn anew, the focus stays where it was
  });
  return home;
}

function draw(desk, { weeks, next, shelf }, press) {
  const go = next && el('button', {
    class: 'tw-go', 'data-key': 'go', 'aria-label': `${next.verb}: ${next.title}, ${[next.name, next.says].filter(Boolean).join(', ')}`,
    onclick: event => press(event, () => desk.open(next.week, next.exercise))
  }, el('span', { class: 'tw-verb' }, next.verb), el('span', { class: 'tw-where' },
    el('small', {}, next.title), el('span', {}, next.name && el('code', {}, next.name), next.name && ', ', next.says)));
  const done = !next && el('p', {}, 'All of it is done.');
  const road = el('ol', { class: 'tw-road' }, ...weeks.map(week => drawWeek(desk, week, next, press)));
  const legend = el('ul', { class: 'tw-legend', 'aria-label': 'what the marks mean' }, ...LEGEND.map(([state, words]) =>
    el('li', {}, mark({ state, share: 0.6 }), words)));
  const pieces = shelf.length > 0 && drawShelf(desk, shelf, press);
  return [go, done, pieces, road, legend].filter(Boolean);
}

const FEW = 6; // pieces on the shelf at first: the latest

function drawShelf(desk, shelf, press) {
  const pieces = [...shelf].reverse().map(one => el('li', {}, el('button', {
    class: 'tw-piece', 'data-key': `shelf/${one.name}`, 'aria-label': `${one.name}: it holds, ${one.says}`,
    onclick: event => press(event, () => desk.open(one.week, one.exercise))
  }, el('code', {}, one.name), el('small', {}, one.says))));
  const list = el('ul', {}, ...pieces.slice(0, FEW));
  const more = pieces.length > FEW && el('button', { class: 'tw-link', 'data-key': 'shelf', onclick: () => {
    list.append(...pieces.slice(FEW));
    more.remove();
  } }, `and ${pieces.length - FEW} more`);
  return el('section', { class: 'tw-shelf', 'aria-labelledby': 'tw-shelf' },
    el('h2', { id: 'tw-shelf' }, 'Your own pieces, taken further'), list, more);
}

function drawWeek(desk, week, next, press) {
  const isNext = next?.week === week.week;
  const last = week.attempts.at(-1);
  const stations = week.exercises.map(one => el('li', {}, el('button', {
    class: `tw-station${isNext && next.exercise === one.id ? ' tw-here' : ''}${one.kind === 'studio' ? ' tw-studio' : ''}`,
    title: one.label, 'aria-label': one.label, 'data-key': `${week.week}/${one.id}`,
    onclick: event => press(event, () => desk.open(week.week, one.id))
  }, mark(one), isNext && el('code', {}, one.id))));
  return el('li', { class: `tw-week tw-week-${week.state}${week.here ? '' : ' tw-away'}${isNext ? ' tw-current' : ''}`, 'aria-current': isNext && 'step' },
    el('div', { class: 'tw-what' },
      el('h2', {}, el('button', {
        class: 'tw-plain', 'data-key': week.week, 'aria-label': week.here ? week.title : `${week.title}, fetched when you open it`,
        onclick: event => press(event, () => desk.open(week.week))
      }, week.title)),
      el('p', { class: 'tw-facts' }, week.facts)),
    el('ul', { class: 'tw-stations', 'aria-label': 'exercises' }, ...stations),
    last && attemptsList(desk, week, press));
}

/** Arrow keys walk over all that can be pressed, as in a toolbar. */
function arrows(event) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = [...event.currentTarget.querySelectorAll('button')];
  const to = all[all.indexOf(document.activeElement) + step];
  if (to) {
    to.focus();
    event.preventDefault();
    event.stopPropagation();
  }
}
