// The texts on a page whose contrast with what stands behind them is less than WCAG AA asks.
() => {
  const parse = (text) => { const p = text.match(/[\d.]+/g).map(Number); return p.length > 3 ? p : [...p, 1]; };
  const over = (top, under) => [0, 1, 2].map((at) => top[at] * top[3] + under[at] * (1 - top[3])).concat(1);
  const light = (c) => {
    const [r, g, b] = c.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (one) => over(parse(getComputedStyle(one).backgroundColor),
    one.parentElement ? ground(one.parentElement) : [255, 255, 255, 1]);
  const wrong = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const one = texts.currentNode.parentElement;
    if (!one.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (!texts.currentNode.data.trim() || one.closest(":disabled, .unseen, noscript, script")) continue;
    const behind = ground(one);
    const [a, b] = [light(over(parse(getComputedStyle(one).color), behind)), light(behind)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) wrong.push(`${texts.currentNode.data.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return wrong;
}
