// A chart as SVG that needs no style sheet: a clone whose computed colours, lines and fonts are attributes.

/** Passed on to children: written only where a child differs from its parent. */
const inherited = [
  ...['fill', 'fill-opacity', 'fill-rule', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap'],
  ...['stroke-linejoin', 'stroke-opacity', 'paint-order', 'shape-rendering', 'text-anchor', 'visibility'],
  ...['font-family', 'font-size', 'font-weight', 'font-style', 'letter-spacing', 'dominant-baseline'],
] as const

/** Of one element alone, with the value that need not be written. */
const own = [
  ['opacity', '1'],
  ['stop-color', 'rgb(0, 0, 0)'],
] as const

/** What the clone keeps of its attributes: geometry and references. */
const KEPT =
  /^(d|points|x|y|x1|y1|x2|y2|dx|dy|cx|cy|r|rx|ry|width|height|transform|viewBox|preserveAspectRatio|id|clip-path|clipPathUnits|offset|gradientUnits|gradientTransform|href|mask|pathLength|textLength|xmlns)$/

/** Fonts of an element as presentation attributes. */
export function fontOf(style: CSSStyleDeclaration): Record<string, string> {
  return {
    'font-family': style.fontFamily,
    'font-size': style.fontSize,
    ...(style.fontWeight !== '400' && { 'font-weight': style.fontWeight }),
    ...(style.fontStyle !== 'normal' && { 'font-style': style.fontStyle }),
    ...(style.letterSpacing !== 'normal' && { 'letter-spacing': style.letterSpacing }),
  }
}

/** A clone of a drawing on the screen, without what is hidden, and without classes, styles and roles. */
export function cloneDrawing(svg: SVGSVGElement): Element {
  const clone = svg.cloneNode(true) as Element
  dress(svg, clone, {})
  return clone
}

/** Gives `clone`, and all below it, the looks of `original`. `known`: what its parent already says. */
function dress(original: Element, clone: Element, known: Readonly<Record<string, string>>) {
  const style = getComputedStyle(original)
  for (const name of clone.getAttributeNames()) if (!KEPT.test(name)) clone.removeAttribute(name)
  const said = { ...known }
  for (const name of inherited) {
    const value = style.getPropertyValue(name)
    if (!value || said[name] === value) continue
    said[name] = value
    clone.setAttribute(name, value)
  }
  for (const [name, plain] of own) {
    const value = style.getPropertyValue(name)
    if (value && value !== plain) clone.setAttribute(name, value)
  }
  // From the end, so that what is taken out does not move the rest.
  for (let i = original.children.length - 1; i >= 0; i--) {
    const child = original.children[i]
    if (child.localName !== 'title' && getComputedStyle(child).display === 'none') clone.children[i].remove()
    else dress(child, clone.children[i], said)
  }
}
