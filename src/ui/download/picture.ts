// A figure as a picture of its own: what stands on the screen is walked and written as plain SVG with every colour and
// font resolved, so that it looks the same in any viewer. HTML becomes texts and rectangles, charts are cloned, canvases
// become images. No foreignObject: many viewers draw none.
import { type Box, boxParts, rect, round } from './box.ts'
import { cloneDrawing, fontOf } from './drawing.ts'

export interface Picture {
  svg: string
  /** In CSS pixels. */
  width: number
  height: number
}

/** Around the figure, in pixels. */
const MARGIN = 24
const NOTE_LINE = 18

/** What belongs to the page, not to the picture. Buttons in the cells of a table are its values. */
const SKIPPED =
  'button:not(:is(td, th) button), input, select, textarea, dialog, details, [role=radiogroup], label:has(input), ' +
  'fieldset, [data-not-in-picture], [hidden], .visually-hidden, .recharts-tooltip-wrapper, .tip'

const XML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => XML[sign])

/** The figure as it is drawn now. `note`: a line below it, where the numbers come from. */
export function pictureOf(figure: HTMLElement, note = ''): Picture {
  const box = figure.getBoundingClientRect()
  const ground = getComputedStyle(document.body).backgroundColor
  // What is left out at the figure's end leaves no room behind.
  const parts = [...figure.children].filter((child) => !child.matches(SKIPPED))
  const bottom = Math.min(box.bottom, Math.max(...parts.map((child) => child.getBoundingClientRect().bottom)))
  const painter = new Painter(MARGIN - box.left, MARGIN - box.top)
  painter.paint(figure)
  const width = Math.ceil(box.width + 2 * MARGIN)
  const below = Math.ceil(bottom - box.top + MARGIN + 30)
  const lines = note ? painter.note(note, MARGIN, below, box.width, figure) : 0
  const height = below - 30 + MARGIN + lines * NOTE_LINE
  const title =
    figure.dataset.figure ?? figure.querySelector('h2, h3')?.textContent ?? figure.getAttribute('aria-label') ?? ''
  const caption = figure.querySelector('.caption')?.textContent ?? ''
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escaped(title.trim())}</title><desc>${escaped(caption.trim())}</desc>`,
    `<rect width="${width}" height="${height}" fill="${ground}"/>`,
    ...painter.parts,
    '</svg>\n',
  ].join('\n')
  return { svg, width, height }
}

class Painter {
  readonly parts: string[] = []
  private readonly measure = document.createElement('canvas').getContext('2d')
  private ids = 0

  constructor(
    private readonly dx: number,
    private readonly dy: number,
  ) {}

  paint(element: Element) {
    if (element.matches(SKIPPED)) return
    const style = getComputedStyle(element)
    if (style.display === 'none' || style.visibility === 'hidden' || style.clipPath === 'inset(50%)') return
    const box = element.getBoundingClientRect()
    if (element instanceof SVGSVGElement) return this.drawing(element, box)
    if (element instanceof HTMLCanvasElement) return this.image(element, style, box)
    const opacity = Number(style.opacity)
    const clipped = style.overflowX !== 'visible' && style.overflowX !== ''
    if (opacity < 1) this.parts.push(`<g opacity="${opacity}">`)
    if (style.display !== 'contents') this.parts.push(...boxParts(style, this.moved(box), () => `p-${++this.ids}`))
    if (clipped) this.clip(box)
    for (const child of element.childNodes) {
      if (child instanceof Element) this.paint(child)
      else if (child instanceof Text) this.text(child, style)
    }
    if (clipped) this.parts.push('</g>')
    if (opacity < 1) this.parts.push('</g>')
  }

  /** Writes the line, broken at its dots where it is too wide. @returns How many lines it became. */
  note(text: string, x: number, y: number, width: number, figure: Element): number {
    const style = getComputedStyle(figure)
    const font = { 'font-family': style.fontFamily, 'font-size': '12px' }
    if (this.measure) this.measure.font = `12px ${style.fontFamily}`
    const wide = (line: string) => (this.measure?.measureText(line).width ?? 0) > width
    const lines = ['']
    for (const part of text.split(' · ')) {
      const last = lines[lines.length - 1]
      const longer = last ? `${last} · ${part}` : part
      if (last && wide(longer)) lines.push(part)
      else lines[lines.length - 1] = longer
    }
    const fill = style.getPropertyValue('--ink-3')
    lines.forEach((line, i) =>
      this.parts.push(
        `<text x="${x}" y="${y + i * NOTE_LINE}" fill="${fill}" ${attributes(font)}>${escaped(line)}</text>`,
      ),
    )
    return lines.length
  }

  /** The box in the picture. */
  private moved({ left, top, width, height }: DOMRect): Box {
    return { x: left + this.dx, y: top + this.dy, width, height }
  }

  private clip(box: DOMRect) {
    const id = `p-${++this.ids}`
    this.parts.push(`<clipPath id="${id}"><rect ${rect(this.moved(box))}/></clipPath>`, `<g clip-path="url(#${id})">`)
  }

  /** A text node, line by line as it is broken on the screen. */
  private text(node: Text, style: CSSStyleDeclaration) {
    const range = document.createRange()
    const lines: { top: number; left: number; height: number; from: number; to: number }[] = []
    for (const { index, 0: word } of node.data.matchAll(/\S+/g)) {
      range.setStart(node, index)
      range.setEnd(node, index + word.length)
      const whole = [...range.getClientRects()]
      // A word that is broken itself goes letter by letter.
      const pieces =
        whole.length > 1 ? [...word].map((letter, i) => [index + i, letter.length]) : [[index, word.length]]
      for (const [from, length] of pieces) {
        range.setStart(node, from)
        range.setEnd(node, from + length)
        const [rect] = range.getClientRects()
        if (!rect?.width) continue
        const last = lines[lines.length - 1]
        if (last && Math.abs(last.top - rect.top) < 2) last.to = from + length
        else lines.push({ top: rect.top, left: rect.left, height: rect.height, from, to: from + length })
      }
    }
    const font = fontOf(style)
    for (const { top, left, height, from, to } of lines) {
      const written = node.data.slice(from, to).replace(/\s*\n\s*/g, ' ')
      const text = style.textTransform === 'uppercase' ? written.toUpperCase() : written
      const y = top + this.dy + this.ascent(style, height)
      this.parts.push(
        `<text x="${round(left + this.dx)}" y="${round(y)}" fill="${style.color}" ${attributes(font)}>${escaped(text)}</text>`,
      )
    }
  }

  /** From the top of a text's box to its baseline. */
  private ascent(style: CSSStyleDeclaration, height: number): number {
    if (!this.measure) return 0.8 * height
    this.measure.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`
    const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = this.measure.measureText('x')
    return (height * up) / (up + down)
  }

  private drawing(svg: SVGSVGElement, box: DOMRect) {
    const clone = cloneDrawing(svg)
    const place = { x: box.left + this.dx, y: box.top + this.dy, width: box.width, height: box.height }
    for (const [name, value] of Object.entries(place)) clone.setAttribute(name, round(value))
    clone.setAttribute('overflow', 'visible')
    this.parts.push(new XMLSerializer().serializeToString(clone))
  }

  private image(canvas: HTMLCanvasElement, style: CSSStyleDeclaration, box: DOMRect) {
    if (!canvas.width || !canvas.height || !box.width) return
    const crisp =
      style.imageRendering === 'auto' ? '' : ' image-rendering="optimizeSpeed" style="image-rendering: pixelated"'
    const data = canvas.toDataURL('image/png')
    this.parts.push(`<image ${rect(this.moved(box))} preserveAspectRatio="none"${crisp} href="${data}"/>`)
  }
}

const attributes = (values: Readonly<Record<string, string>>) =>
  Object.entries(values)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(' ')

/** Twice as fine as the screen's CSS pixels; a canvas has limits. */
const SCALE = 2
const MOST_PIXELS = 16_384

/** @throws Error when the browser cannot draw it. */
export async function toPng({ svg, width, height }: Picture): Promise<Blob> {
  const scale = Math.min(SCALE, MOST_PIXELS / width, MOST_PIXELS / height)
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const image = new Image(width, height)
    image.src = url
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(width * scale)
    canvas.height = Math.round(height * scale)
    const pen = canvas.getContext('2d')
    if (!pen) throw new Error(`no canvas of ${canvas.width} × ${canvas.height} pixels to be had`)
    pen.drawImage(image, 0, 0, canvas.width, canvas.height)
    return await new Promise<Blob>((resolve, reject) =>
      canvas.toBlob((blob) => {
        if (blob) resolve(blob)
        else reject(new Error(`a picture of ${canvas.width} × ${canvas.height} pixels could not be written`))
      }, 'image/png'),
    )
  } finally {
    URL.revokeObjectURL(url)
  }
}
