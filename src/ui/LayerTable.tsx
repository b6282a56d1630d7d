// Every number: one row per layer, one column per recipe, then the comparison, the shape and the moves.
import { memo, useDeferredValue, useEffect, useRef, useState } from 'react'
import { useShallow } from 'zustand/react/shallow'
import { challenger, focusLayer, reference, tableRows, type TableRow } from '../store/compare.ts'
import { fileStem, layersCsv, runJson } from '../store/downloads.ts'
import { cellValue, modelOrder, sortRows, type TableView } from '../store/table.ts'
import { count, recipeShort, recipeTitle, signedPercent, significant, shortName } from '../store/wording.ts'
import { saveText } from './clipboard.ts'
import { Download } from './download/Download.tsx'
import { Icon } from './icons.tsx'
import { Glyph, recipeClass } from './marks.tsx'
import { Segments } from './Segments.tsx'
import { usePlayground, useSession } from './session.ts'
import { SortHeader } from './SortHeader.tsx'

const captions: Readonly<Record<TableView, (yardstick: string | undefined) => string>> = {
  loss: () => 'Relative loss tr(EHEᵀ) ÷ tr(WHWᵀ), a share of one.',
  ratio: (yardstick) => `Relative loss against ${yardstick ? recipeShort(yardstick) : 'the first recipe'}’s.`,
  heldOut: () => 'Relative loss on calibration text that no solver saw.',
}

export function LayerTable() {
  const playground = usePlayground()
  const all = useDeferredValue(useSession(useShallow(({ run }) => tableRows(run))))
  const hasHeldOut = useSession(({ run, plan }) => (run.plan ?? plan).heldOut > 0)
  const [asked, setView] = useState<TableView>('loss')
  const [sort, setSort] = useState(modelOrder)
  const recipes = useSession(useShallow(({ run, plan }) => run.plan?.recipes ?? plan.recipes))
  const shown = useSession((session) => session.selected ?? focusLayer(session.run))
  const yardstick = reference(recipes)
  const leading = challenger(recipes)
  const view = asked === 'heldOut' && !hasHeldOut ? 'loss' : asked
  const rows = sortRows(all, sort, view, yardstick)
  const scroller = useRef<HTMLDivElement>(null)
  const following = useSession((session) => session.selected === undefined && session.state === 'running')
  useEffect(() => {
    if (!following) return
    const follow = () => {
      const box = scroller.current
      const row = box?.querySelector<HTMLElement>('tr[data-shown]')
      if (!box || !row || box.matches(':hover, :focus-within')) return
      const head = 40
      if (row.offsetTop + row.offsetHeight > box.scrollTop + box.clientHeight)
        box.scrollTop = row.offsetTop + row.offsetHeight - box.clientHeight + row.offsetHeight
      else if (row.offsetTop < box.scrollTop + head) box.scrollTop = row.offsetTop - head
    }
    // Behind the frame, where asking for places does not force another layout.
    let timer: ReturnType<typeof setTimeout> | undefined
    const frame = requestAnimationFrame(() => (timer = setTimeout(follow)))
    return () => {
      cancelAnimationFrame(frame)
      clearTimeout(timer)
    }
  }, [shown, following])
  // A phone has room for these three.
  const minor = (name: string) =>
    recipes.length > 3 && name !== yardstick && name !== leading && name !== recipes[recipes.length - 1]
  const save = () => {
    const { run, recording } = playground.store.getState()
    saveText(`${fileStem(run)}.json`, 'application/json', runJson(run, recording !== undefined))
  }
  return (
    <section className="figure" aria-label="Layer losses">
      <header>
        <div>
          <h2>The numbers</h2>
          <p className="caption">{captions[view](yardstick)} Bold is the lowest loss of the row.</p>
        </div>
        <div className="chips">
          <Segments<TableView>
            label="Numbers"
            hideLabel
            small
            segments={[
              { value: 'loss', label: 'loss' },
              { value: 'ratio', label: yardstick ? `÷ ${recipeShort(yardstick)}` : 'ratio' },
              {
                value: 'heldOut',
                label: 'held-out',
                ...(!hasHeldOut && { reason: 'The plan keeps no held-out windows; Calibration sets their number' }),
              },
            ]}
            value={view}
            onChange={setView}
          />
          <button
            type="button"
            className="btn"
            disabled={!rows.length}
            onClick={save}
            title="The whole run as JSON; drop the file back in to look at it again"
          >
            <Icon name="download" />
            Download results
          </button>
          <Download
            name="layers"
            title="the layer table"
            picture={false}
            csv={() => layersCsv(playground.store.getState().run)}
            disabled={!rows.length}
          />
        </div>
      </header>
      <div className="scroller" ref={scroller} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <SortHeader column="layer" sort={sort} onSort={setSort}>
                Layer
              </SortHeader>
              {recipes.map((name) => (
                <SortHeader
                  key={name}
                  column={name}
                  sort={sort}
                  onSort={setSort}
                  className={minor(name) ? 'number minor' : 'number'}
                  label={recipeTitle(name)}
                >
                  <span className={`column ${recipeClass(name)}`}>
                    <Glyph recipe={name} />
                    {recipes.includes('gptq') ? recipeShort(name) : recipeTitle(name)}
                  </span>
                </SortHeader>
              ))}
              {leading && yardstick && (
                <SortHeader column="ratio" sort={sort} onSort={setSort} className="number extra">
                  {recipeShort(leading)} ÷ {recipeShort(yardstick)}
                </SortHeader>
              )}
              <SortHeader column="shape" sort={sort} onSort={setSort} className="number extra">
                Shape
              </SortHeader>
              {leading && (
                <SortHeader column="moves" sort={sort} onSort={setSort} className="number extra">
                  Moves
                </SortHeader>
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              <Row
                key={row.facts.layer}
                row={row}
                recipes={recipes}
                leading={leading}
                minor={recipes.filter(minor).join()}
                first={sort.by === 'layer' && i > 0 && rows[i - 1].facts.block !== row.facts.block}
                view={view}
                yardstick={yardstick}
                shown={row.facts.layer === shown}
                select={playground}
              />
            ))}
          </tbody>
        </table>
        {!rows.length && <p className="empty">One row per layer, as soon as a run begins.</p>}
      </div>
    </section>
  )
}

interface RowProps {
  row: TableRow
  view: TableView
  yardstick: string | undefined
  recipes: readonly string[]
  leading: string | undefined
  /** Recipes left out on a phone, joined by commas. */
  minor: string
  /** First row of a block. */
  first: boolean
  shown: boolean
  select: { select(layer: string): void }
}

const Row = memo(function Row({ row, view, yardstick, recipes, leading, minor, first, shown, select }: RowProps) {
  const { facts, status, lowest, ratio, moves } = row
  const classes = [status, first ? 'first' : '', shown ? 'shown' : ''].filter(Boolean).join(' ')
  return (
    <tr className={classes} data-shown={shown || undefined} onClick={() => select.select(facts.layer)}>
      <th scope="row">
        <Path layer={facts.layer} />
      </th>
      {recipes.map((name) => {
        const value = cellValue(row, name, view, yardstick)
        const text = value === undefined ? '·' : view === 'ratio' ? signedPercent(value - 1) : significant(value, 4)
        return (
          <td key={name} className={minor.split(',').includes(name) ? 'number minor' : 'number'}>
            {lowest.includes(name) ? <b>{text}</b> : text}
          </td>
        )
      })}
      {leading && (
        <td className="number extra">
          {ratio === undefined ? '·' : <Delta value={ratio - 1} recipe={ratio < 1 ? leading : 'rtn'} />}
        </td>
      )}
      <td className="number extra">
        {count(facts.rows)} × {count(facts.columns)}
      </td>
      {leading && <td className="number extra">{moves === undefined ? '·' : count(moves)}</td>}
    </tr>
  )
})

/** The tensor path whole, with its telling parts in ink; narrow screens hide the rest from the eye only. */
function Path({ layer }: { layer: string }) {
  // No path of a model is that long.
  const parts = (layer.length > 100 ? shortName(layer) : layer).split('.')
  const last = parts.pop() ?? ''
  const index = parts.findIndex((part) => /^\d+$/.test(part))
  const head = index < 0 ? '' : `${parts.slice(0, index).join('.')}.`
  const middle = index < 0 ? parts.map((part) => `${part}.`).join('') : `.${parts.slice(index + 1).join('.')}.`
  return (
    <span className="path">
      <i>{head}</i>
      {index >= 0 && <span>{parts[index]}</span>}
      <i>{middle}</i>
      <b>{last}</b>
    </span>
  )
}

/** A bar from zero to the left when lower, to the right when higher; full at −30 % and +12 %. */
function Delta({ value, recipe }: { value: number; recipe: string }) {
  const zero = 31
  const length = Math.min(value < 0 ? 30 : 12, Math.abs(value) * 100)
  return (
    <span className={`delta ${recipeClass(recipe)}`}>
      <svg viewBox="0 0 44 12" width="44" height="12" aria-hidden="true">
        <path d={`M${zero} 0v12`} />
        <rect x={value < 0 ? zero - length : zero} y={2.5} width={length} height={7} />
      </svg>
      {signedPercent(value)}
    </span>
  )
}
