// A saved picture: controls turn over the frames that lie beside it.
(root => {
  const { controls, words, frames } = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
  const img = root.querySelector('img'), start = controls.map(c => c.start), at = [...start];
  frames[start.join()] = [img.src.slice(11), img.alt.slice(words.length)];
  const tells = controlRow(root.querySelector('.wb-row'), controls, (i, k) => {
    at[i] = k;
    if (!frames[at.join()]) start.forEach((s, j) => { if (j != i) { at[j] = s; tells[j](s) } });
    const frame = frames[at.join()];
    img.src = 'data:image/' + frame[0];
    img.alt = words + frame[1];
  });
})(document.currentScript.closest('figure'));
