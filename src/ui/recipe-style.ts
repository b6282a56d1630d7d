// Which style a recipe wears: presets their own, composed recipes the next free one, kept while the page is open.

/** Styles by recipe name; the style is the CSS class m-NAME and the marker of that name. */
const styles: Readonly<Record<string, string>> = {
  unquantized: 'unquantized',
  rtn: 'rtn',
  gptq: 'gptq',
  cyclic: 'cyclic',
  quantease: 'quantease',
  cdquant: 'cdquant',
  'gptq+cdquant': 'gptq-cdquant',
  'gptq+cdquant+refit': 'refit',
  block: 'block',
  'gptq+block': 'gptq-block',
  awq: 'awq',
  'awq+cdquant': 'awq-cdquant',
  quip: 'quip',
  'quip+cdquant': 'quip-cdquant',
  framequant: 'framequant',
  'framequant+cdquant': 'framequant-cdquant',
}

const OWN_STYLES = 4
const own = new Map<string, string>()

/** Style of a preset, of the unquantized model, or of any other recipe in the order in which they are first seen. */
export function recipeStyle(name: string): string {
  if (Object.hasOwn(styles, name)) return styles[name]
  let style = own.get(name)
  if (style === undefined) own.set(name, (style = `own-${(own.size % OWN_STYLES) + 1}`))
  return style
}
