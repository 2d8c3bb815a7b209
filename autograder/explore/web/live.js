// A live picture: frames are kept here, so that a value that was drawn once asks nothing of the kernel.
const RESTS = 250, MOST = 600, SPEAKS = 700;
export default () => {
  const frames = new Map(), views = new Set();
  let model, at, shot, spots, drag, asked = false, again = false, stale = '', timer = null;
  const key = () => at.join();
  const keep = (name, frame) => {
    if (!frames.has(name) || frame.fine || !frames.get(name).fine) { frames.delete(name); frames.set(name, frame) }
    if (frames.size > MOST) frames.delete(frames.keys().next().value);
  };
  const show = next => { shot = next; views.forEach(view => view.draw()) };
  const ask = fine => {
    if (asked) { again = true; return }
    asked = true;
    model.send({ at, fine, spots: drag ? spots : null });
  };
  const rest = () => {
    clearTimeout(timer);
    timer = setTimeout(() => asked ? rest() : ask(true), RESTS);
  };
  const step = () => {
    clearTimeout(timer);
    const frame = drag ? null : frames.get(key());
    if (frame) show(frame); else ask(false);
    if (!frame || !frame.fine) rest();
  };
  const first = () => {
    const f = model.get('first');
    at = f.controls.map(c => c.start); drag = f.drag; spots = f.spots.map(s => [...s]);
    shot = { ...f, data: model.get('picture'), fine: true };
    frames.set(key(), shot);
  };
  const heard = (m, buffers) => {
    if (m.stale) { stale = m.stale; views.forEach(view => view.draw()); return }
    const frame = { ...m.about, fine: m.fine || m.forget, data: buffers[0] };
    if (m.forget) {
      stale = ''; frames.clear();
      const start = model.get('first').controls.map(c => c.start).join();
      keep(start, frame);
      key() == start ? show(frame) : step();
      return;
    }
    const late = m.asked && again;
    if (m.asked) asked = again = false;
    if (drag) {
      if (!late && (frame.fine || frame.spots.length != spots.length)) spots = frame.spots.map(s => [...s]);
      show(frame);
    } else {
      keep(m.frame, frame);
      if (m.frame == key()) { if (m.asked || !shot.fine) show(frames.get(m.frame)); return }
    }
    if (late) step();
  };
  const initialize = given => { model = given.model; first(); model.on('msg:custom', heard) };
  const render = ({ el }) => {
    const row = document.createElement('div'), told = document.createElement('p'), scroll = document.createElement('div');
    const pic = document.createElement('div'), img = document.createElement('img'), said = document.createElement('div');
    const note = document.createElement('p'), noted = document.createElement('span'), fresh = document.createElement('button');
    row.className = 'wb-row'; told.className = 'wb-told'; scroll.className = 'wb-scroll'; pic.className = 'wb-pic';
    note.className = 'wb-note'; said.className = 'wb-said'; said.setAttribute('aria-live', 'polite');
    fresh.type = 'button'; fresh.dataset.lmSuppressShortcuts = 'true'; fresh.textContent = 'Draw it anew'; fresh.onclick = () => model.send({ redraw: true });
    img.decoding = 'sync'; note.append(noted, ' ', fresh); pic.append(img); scroll.append(pic);
    el.append(row, told, scroll, note, said);
    const f = model.get('first');
    const tells = controlRow(row, f.controls, (i, k) => { at[i] = k; views.forEach(v => v !== view && v.tell()); step() });
    let url = null, quiet = null, seen = null, held = null, buttons = [];
    const put = (i, x, y) => {
      spots[i] = [x, y].map(v => Math.min(1, Math.max(0, v)));
      views.forEach(v => v.lay()); step();
    };
    const spot = i => {
      const b = document.createElement('button');
      b.className = 'wb-spot'; b.type = 'button'; b.dataset.lmSuppressShortcuts = 'true';
      b.onpointerdown = e => { held = i; b.setPointerCapture(e.pointerId) };
      b.onpointermove = e => {
        if (held !== i) return;
        const box = pic.getBoundingClientRect();
        put(i, (e.clientX - box.left) / box.width, (e.clientY - box.top) / box.height);
      };
      b.onpointerup = b.onpointercancel = () => { held = null };
      b.onkeydown = e => {
        const d = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
        if (!d) return;
        e.preventDefault(); e.stopPropagation();
        const far = e.shiftKey ? .05 : .01;
        put(i, spots[i][0] + d[0] * far, spots[i][1] + d[1] * far);
      };
      pic.append(b);
      return b;
    };
    const view = {
      tell: () => tells.forEach((tell, i) => tell(at[i])),
      lay: () => {
        if (!drag) return;
        while (buttons.length < spots.length) buttons.push(spot(buttons.length));
        while (buttons.length > spots.length) buttons.pop().remove();
        buttons.forEach((b, i) => {
          b.setAttribute('aria-label', `point ${i + 1} of ${spots.length}: move it with the arrow keys`);
          Object.assign(b.style, { left: 100 * spots[i][0] + '%', top: 100 * spots[i][1] + '%' });
        });
      },
      draw: () => {
        noted.textContent = stale.replaceAll('`', ''); note.hidden = !stale;
        if (shot !== seen) {
          const old = url, text = shot.kind == 'text';
          seen = shot; told.hidden = !text; scroll.hidden = text;
          told.textContent = text ? shot.alt.replaceAll('`', '') : '';
          if (!text) {
            url = URL.createObjectURL(new Blob([shot.data], { type: 'image/' + shot.kind }));
            Object.assign(img, { src: url, alt: shot.alt, width: shot.width, height: shot.height });
            if (old) URL.revokeObjectURL(old);
          }
          pic.querySelectorAll('.wb-keep').forEach(box => box.remove());
          for (const [l, t, w, h, outline] of shot.keep) {
            const box = document.createElement('i');
            box.className = 'wb-keep'; box.style.cssText = `left:${l}%;top:${t}%;width:${w}%;height:${h}%;clip-path:${outline ?? 'none'}`;
            pic.append(box);
          }
          clearTimeout(quiet); quiet = setTimeout(() => { said.textContent = shot.alt.split('Now: ').pop() }, SPEAKS);
        }
        view.lay();
      },
    };
    if (drag) {
      const back = document.createElement('button');
      back.type = 'button'; back.dataset.lmSuppressShortcuts = 'true'; back.textContent = 'Start again';
      back.onclick = () => { model.send({ reset: true }); first(); views.forEach(v => v.tell()); step() };
      row.append(back);
    }
    views.add(view); view.tell(); view.draw();
    return () => { views.delete(view); clearTimeout(quiet); if (url) URL.revokeObjectURL(url) };
  };
  return { initialize, render };
};
