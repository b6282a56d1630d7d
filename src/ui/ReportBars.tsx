// Bytes as bars: the largest buffers against the adapter's limit, and the memory at the peak by use.
import type { OpenReport } from '../worker/protocol.ts'
import { bytes, count } from '../store/wording.ts'

export function LimitBars({ report }: { report: OpenReport }) {
  const { buffers = [], bindingLimitBytes: limit = 0 } = report
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
        {buffers.map(({ label, bytes: size, detail }) => (
          <li key={label}>
            <span className="name">{label}</span>
            <span className="track">
              <span className={size > limit ? 'bar over' : 'bar'} style={{ width: `${(size / end) * 100}%` }} />
              {near && <span className="limit" style={{ left: `${(limit / end) * 100}%` }} />}
            </span>
            <span className="value">
              <b>{bytes(size)}</b> {detail}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

export function MemoryBar({ report }: { report: OpenReport }) {
  const parts = report.memory ?? []
  const total = parts.reduce((sum, part) => sum + part.bytes, 0)
  if (!total) return null
  return (
    <section className="figure" aria-label="Memory at the peak">
      <header>
        <div>
          <h2>
            Memory at the peak <span className="quiet">{bytes(total)}</span>
          </h2>
          <p className="caption">One block at a time, so it does not grow with depth.</p>
        </div>
      </header>
      <div className="stack" aria-hidden="true">
        {parts.map(({ label, bytes: size }, i) => (
          <span key={label} style={{ flexGrow: size, background: `var(--seq-${Math.max(1, 7 - i)})` }} />
        ))}
      </div>
      <ul className="stack-key">
        {parts.map(({ label, bytes: size }, i) => (
          <li key={label}>
            <i style={{ background: `var(--seq-${Math.max(1, 7 - i)})` }} />
            {label} <b>{bytes(size)}</b>
          </li>
        ))}
      </ul>
    </section>
  )
}
