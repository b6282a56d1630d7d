// The download button of a figure: its picture as SVG or PNG, its table as CSV. Put it into the figure's header:
//
//   <section className="figure"> <header> <div><h2>…</h2><p className="caption">…</p></div>
//     <Download name="every-layer" csv={() => csv([['layer', 'loss'], …])} />
//   </header> … charts, canvases, HTML … </section>
//
// The picture is the nearest `.figure`, or element with `data-figure="its title"`, around the button as it stands on the screen (light or dark, title and caption
// included), without fields, buttons outside of table cells, and whatever carries `data-not-in-picture`. `name` becomes
// the end of the file's name; `title` names the button where that is not enough. `picture={false}`: the table alone.
import { useId, useRef, useState } from 'react'
import { fileStem } from '../../store/downloads.ts'
import { sourceNote } from '../../store/source-note.ts'
import { saveBlob, saveText } from '../clipboard.ts'
import { Icon } from '../icons.tsx'
import { usePlayground } from '../session.ts'
import './download.css'

const words = { svg: 'Picture, SVG', png: 'Picture, PNG', csv: 'Table, CSV' } as const
type Kind = keyof typeof words

interface Props {
  /** End of the file's name: 'every-layer'. */
  name: string
  /** What is downloaded, in the button's name; by default the figure's heading. */
  title?: string
  /** Text of the table; made when it is asked for. */
  csv?: (() => string) | undefined
  /** False where there is nothing but a table. */
  picture?: boolean
  disabled?: boolean
}

export function Download({ name, title, csv, picture = true, disabled = false }: Props) {
  const playground = usePlayground()
  const [open, setOpen] = useState(false)
  const [problem, setProblem] = useState('')
  const box = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const id = useId()

  const stem = () => `${fileStem(playground.store.getState().run)}-${name}`
  const save = async (kind: Kind) => {
    if (kind === 'csv') return saveText(`${stem()}.csv`, 'text/csv', csv?.() ?? '')
    const figure = box.current?.closest<HTMLElement>('.figure, [data-figure]')
    if (!figure) throw new Error('the button stands outside of a figure')
    const { pictureOf, toPng } = await import('./picture.ts')
    const drawn = pictureOf(figure, sourceNote(playground.store.getState().run))
    if (kind === 'svg') saveText(`${stem()}.svg`, 'image/svg+xml', drawn.svg)
    else saveBlob(`${stem()}.png`, await toPng(drawn))
  }
  const choose = (kind: Kind) => {
    setOpen(false)
    setProblem('')
    button.current?.focus()
    save(kind).catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)))
  }
  const kinds = [...(picture ? (['svg', 'png'] as const) : []), ...(csv ? (['csv'] as const) : [])]
  const what = title ?? name.replaceAll('-', ' ')
  return (
    <div
      ref={box}
      className="download"
      data-not-in-picture
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return
        event.preventDefault()
        setOpen(false)
        button.current?.focus()
      }}
      onBlur={({ relatedTarget }) => {
        if (!box.current?.contains(relatedTarget)) setOpen(false)
      }}
    >
      <button
        ref={button}
        type="button"
        className="btn square"
        aria-label={`Download ${what}`}
        title={`Download ${what}`}
        aria-expanded={open}
        aria-controls={id}
        disabled={disabled}
        onClick={() => setOpen(!open)}
      >
        <Icon name="download" />
      </button>
      {/* Where a press does not move the focus, it must not close the list either. */}
      <ul id={id} hidden={!open} onMouseDown={(event) => event.preventDefault()}>
        {kinds.map((kind) => (
          <li key={kind}>
            <button type="button" onClick={() => choose(kind)}>
              {words[kind]}
            </button>
          </li>
        ))}
      </ul>
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}
