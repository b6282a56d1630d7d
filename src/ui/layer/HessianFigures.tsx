// The Hessian of the layer's inputs: its diagonal by column, and its leading eigenvalues over the damping.
import { useMemo } from 'react'
import type { HessianHealth } from '../../quantize/health.ts'
import { csv } from '../../store/csv.ts'
import { healthWords } from '../../store/health.ts'
import { binName, binned, binsOf, loudest } from '../../store/layer-columns.ts'
import { count, list, percent, significant } from '../../store/wording.ts'
import { logFrame } from '../charts/scales.ts'
import { Download } from '../download/Download.tsx'
import { ColumnChart, fiveTicks, useScales } from './ColumnChart.tsx'
import { ColumnTable } from './ColumnTable.tsx'

/** Entries below this part of the largest are drawn at the foot. */
const FLOOR = 1e-6

const tickText = (tick: number) => (tick >= 1e-6 && tick < 1e5 ? String(tick) : tick.toExponential(0))

export function DiagonalFigure({
  diagonal,
  without,
}: {
  diagonal: Float32Array | undefined
  without: string | undefined
}) {
  const bins = useMemo(() => diagonal && binsOf(diagonal.length, 'natural', diagonal), [diagonal])
  const means = useMemo(() => (diagonal && bins ? binned(diagonal, bins, 'mean') : []), [diagonal, bins])
  const loud = useMemo(() => diagonal && loudest(diagonal), [diagonal])
  const live = means.filter((h) => h > 0)
  const most = Math.max(...live, Number.MIN_VALUE)
  const least = Math.max(Math.min(...live, most), FLOOR * most)
  const finding = loud
    ? `The ${loud.columns.length} heaviest of ${count(diagonal!.length)} columns, ${list(loud.columns.map(count))}, carry ${percent(loud.share)}.`
    : ''
  return (
    <section className="figure span-6" aria-labelledby="the-diagonal">
      <header>
        <div>
          <h2 id="the-diagonal">Hessian diagonal</h2>
          <p className="caption">How much each input column matters. {finding}</p>
        </div>
        {diagonal && (
          <Download
            name="hessian-diagonal"
            csv={() => csv([['column', 'H_jj'], ...Array.from(diagonal, (h, j) => [j, h])])}
          />
        )}
      </header>
      {diagonal && bins && live.length ? (
        <>
          <ColumnChart
            title="Hessian diagonal by column"
            finding={`Hessian diagonal by column, log axis. ${finding}`}
            count={bins.count}
            frame={logFrame(least, most, 5)}
            log
            format={tickText}
            ticks={fiveTicks(bins.count, (bin) => String(bins.order[bin * bins.each]))}
            yName={
              <>
                <span className="math">
                  <i>H</i>
                  <sub>jj</sub>
                </span>
                , log axis
              </>
            }
            xName="column"
            tip={(bin) => ({ head: `Column ${binName(bins, bin, true)}`, lines: [significant(means[bin], 4)] })}
          >
            <Dots
              means={means}
              names={loud!.columns.map((j) => ({ bin: Math.floor(j / bins.each), name: String(j) }))}
            />
          </ColumnChart>
          <ColumnTable
            label="Hessian diagonal as a table"
            heads={['column', 'H_jj']}
            rows={() => means.map((h, bin) => [binName(bins, bin, true), significant(h, 4)])}
          />
        </>
      ) : (
        <p className="empty">{without ?? 'All columns are dead: their inputs were always zero.'}</p>
      )}
    </section>
  )
}

function Dots({ means, names }: { means: readonly number[]; names: readonly { bin: number; name: string }[] }) {
  const scales = useScales()
  if (!scales) return null
  const { X, Y, plot } = scales
  const radius = Math.max(1.4, Math.min(2.8, (0.45 * plot.width) / means.length))
  const dot = (h: number, i: number) =>
    h > 0
      ? `M${X(i + 0.5) - radius} ${Y(h)}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0Z`
      : ''
  // Of names that would touch, the louder column's stays.
  const apart = names.filter(({ bin }, i) =>
    names
      .slice(0, i)
      .every((other) => Math.abs(X(other.bin) - X(bin)) > 24 || Math.abs(Y(means[other.bin]) - Y(means[bin])) > 14),
  )
  return (
    <g className="notes">
      <path className="diagonal" d={means.map(dot).join('')} />
      {means.map((h, i) => h <= 0 && <path key={i} className="dead" d={`M${X(i + 0.5)} ${plot.y + plot.height}v-6`} />)}
      {apart.map(({ bin, name }) => (
        <text
          key={name}
          className="strong halo"
          x={Math.min(plot.x + plot.width - 10, X(bin + 0.5))}
          y={Math.max(plot.y + 8, Y(means[bin]) - 8)}
          textAnchor="middle"
        >
          {name}
        </text>
      ))}
    </g>
  )
}

interface EigenvalueProps {
  health: (HessianHealth & { tokensPerColumn: number }) | undefined
  solved: boolean | undefined
  /** H = I, for want of inputs. */
  identity: boolean | undefined
}

export function EigenvalueFigure({ health, solved, identity }: EigenvalueProps) {
  const none = identity ? 'H = I, as no inputs are known: every eigenvalue is 1.' : 'This run has not told them.'
  return (
    <section className="figure span-6" aria-labelledby="the-eigenvalues">
      <header>
        <div>
          <h2 id="the-eigenvalues">Eigenvalues and damping</h2>
          <p className="caption">
            Damping <span className="math">λ</span> lifts the small end so that GPTQ’s Cholesky factor exists. The loss
            is measured without it.
          </p>
        </div>
        {health && (
          <Download
            name="eigenvalues"
            csv={() => csv([['rank', 'eigenvalue'], ...health.eigenvalues.map((value, i) => [i + 1, value])])}
          />
        )}
      </header>
      {health ? (
        <Eigenvalues health={health} />
      ) : (
        <p className="empty">{solved ? none : 'They appear when the layer is solved.'}</p>
      )}
    </section>
  )
}

function Eigenvalues({ health }: { health: HessianHealth & { tokensPerColumn: number } }) {
  const { eigenvalues, smallest, meanDiagonal, damping, columns } = health
  const used = damping[damping.length - 1]
  const lambda = used * meanDiagonal
  const top = eigenvalues[0] ?? lambda
  const low = Math.max(Math.min(lambda, smallest > 0 ? smallest : lambda), FLOOR * top)
  const { facts, worries } = healthWords(health, health.tokensPerColumn)
  const finding = `The largest of ${count(columns)} eigenvalues is ${significant(top, 3)}, the smallest about ${significant(smallest, 3)}, the damping ${significant(lambda, 3)}.`
  return (
    <>
      <ColumnChart
        title="Leading eigenvalues of the Hessian"
        finding={finding}
        count={eigenvalues.length + 1}
        frame={logFrame(low, top, 5)}
        log
        format={tickText}
        ticks={[
          { at: 0.5, word: '1' },
          ...(eigenvalues.length > 8 ? [{ at: 7.5, word: '8' }] : []),
          { at: eigenvalues.length + 0.5, word: count(columns) },
        ]}
        right={20}
        yName="eigenvalue, log axis"
        xName={`rank; between ${eigenvalues.length} and ${count(columns)} not measured`}
        tip={(i) =>
          i < eigenvalues.length
            ? { head: `Eigenvalue ${i + 1}`, lines: [significant(eigenvalues[i], 4)] }
            : { head: 'Smallest, about', lines: [significant(smallest, 3)] }
        }
      >
        <Spectrum values={eigenvalues} smallest={smallest} lambda={lambda} used={used} low={low} />
      </ColumnChart>
      <p className="note">Hessian: {facts.join(' · ')}</p>
      {worries.map((worry) => (
        <p key={worry} className="note worry">
          {worry}
        </p>
      ))}
      <ColumnTable
        label="Eigenvalues as a table"
        heads={['rank', 'eigenvalue']}
        rows={() => [
          ...eigenvalues.map((value, i) => [String(i + 1), significant(value, 4)]),
          [`${count(columns)} (about)`, significant(smallest, 3)],
          ['damping λ', significant(lambda, 4)],
        ]}
      />
    </>
  )
}

function Spectrum({
  values,
  smallest,
  lambda,
  used,
  low,
}: {
  values: readonly number[]
  smallest: number
  lambda: number
  used: number
  low: number
}) {
  const scales = useScales()
  if (!scales) return null
  const { X, Y, plot } = scales
  const right = plot.x + plot.width
  const end = values.length - 1
  const drop = Y(Math.max(smallest, low))
  const under = Math.abs(drop - Y(lambda)) < 26
  return (
    <g className="notes">
      <path className="spectrum" d={values.map((value, i) => `${i ? 'L' : 'M'}${X(i + 0.5)} ${Y(value)}`).join('')} />
      <path className="spectrum gone" d={`M${X(end + 0.5)} ${Y(values[end])}L${X(end + 1.5)} ${drop}`} />
      {values.map((value, i) => (
        <circle key={i} className="eigenvalue" cx={X(i + 0.5)} cy={Y(value)} r={3.2} />
      ))}
      <circle className="eigenvalue open" cx={X(end + 1.5)} cy={drop} r={3.6} />
      <text className="strong halo" x={X(0.5)} y={Math.max(plot.y + 8, Y(values[0]) - 10)}>
        {significant(values[0], 3)}
      </text>
      <text className="halo" x={X(end + 1.5) - 10} y={(under ? Math.min(drop, Y(lambda)) : drop) - 8} textAnchor="end">
        smallest {significant(smallest, 3)}
      </text>
      <path className="lambda" d={`M${plot.x} ${Y(lambda)}H${right}`} />
      <text className="halo" x={plot.x + 4} y={Y(lambda) - 8}>
        λ = {used} × mean diagonal = {significant(lambda, 3)}
      </text>
    </g>
  )
}
