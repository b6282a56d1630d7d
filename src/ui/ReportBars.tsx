// Bytes as bars: the largest buffers against the adapter's limit, and the memory at the peak by use.
import type { MemoryPlan } from '../pipeline/memory.ts'
import { bytes, count } from '../store/wording.ts'
import { Stack } from './open/Stack.tsx'

/** Uses that are drawn. */
const SHOWN = 6
/** Phases that are named beside the one that holds most. */
const NAMED = 3

export function LimitBars({ buffers, limit }: { buffers: MemoryPlan['buffers']; limit: number }) {
  if (!buffers.length || !limit) return null
  // A limit far away would leave no bar to see: then the axis ends at the largest buffer, and the caption has the
  // limit.
  const largest = Math.max(...buffers.map((buffer) => buffer.bytes))
  const near = largest > limit / 12
  const end = near ? Math.max(limit, largest) * 1.08 : largest * 1.6
  return (
    <section className="figure" aria-label="Largest buffers">
      <header>
        <div>
          <h2>
            Largest buffers <span className="quiet">against this adapter’s limit</span>
          </h2>
          <p className="caption">
            One binding may hold {bytes(limit)} here
            {near ? '.' : `, ${count(Math.floor(limit / largest))} times the largest buffer.`}
          </p>
        </div>
      </header>
      <ul className="limits">
        {buffers.slice(0, SHOWN).map(({ label, bytes: size, detail }) => (
          <li key={label}>
            <span className="name">{label}</span>
            <span className="track">
              <span className={size > limit ? 'bar over' : 'bar'} style={{ width: `${(size / end) * 100}%` }} />
              {near && <span className="limit" style={{ left: `${(limit / end) * 100}%` }} />}
            </span>
            <span className="value">
              <b>{bytes(size)}</b> {detail !== label && detail}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The phase that holds most, by use, and what the others hold. */
export function MemoryBar({ memory, one }: { memory: MemoryPlan; one: 'block' | 'matrix' }) {
  const { peakBytes, phases } = memory
  if (!peakBytes) return null
  const most = phases.reduce((a, b) => (b.bytes > a.bytes ? b : a))
  const others = phases.filter((phase) => phase !== most).sort((a, b) => b.bytes - a.bytes)
  const named = others.slice(0, NAMED).map(({ label, bytes: held }) => `${lower(label)} ${bytes(held)}`)
  if (others.length > NAMED) named.push(`${others.length - NAMED} more with less`)
  const parts = [...memory.memory]
  const rest = parts.splice(SHOWN).reduce((sum, part) => sum + part.bytes, 0)
  if (rest) parts.push({ label: 'All else', bytes: rest })
  return (
    <>
      <header>
        <div>
          <h2>
            Memory at the peak <span className="quiet">{bytes(peakBytes)}</span>
          </h2>
          <p className="caption">
            {most.label}
            {named.length > 0 && `; ${named.join(', ')}`}. One {one} at a time, so weights and Hessians do not add up.
          </p>
        </div>
      </header>
      <Stack parts={parts.map(({ label, bytes: size }) => ({ label, size, text: bytes(size) }))} />
    </>
  )
}

const lower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)
