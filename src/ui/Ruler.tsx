// The number line of a run: one tick per layer, a long one per block. A click shows the layer; in a recording it is
// the scrubber.
import { useShallow } from 'zustand/react/shallow'
import { progress } from '../store/progress.ts'
import { blockName, clock, layerName } from '../store/wording.ts'
import { usePlayground, useSession } from './session.ts'
import { useWidth } from './width.ts'

export function Ruler() {
  const playground = usePlayground()
  const [ref, width] = useWidth<HTMLDivElement>()
  const { done, position } = useSession(
    useShallow(({ run }) => {
      const { done, position } = progress(run)
      return { done, position }
    }),
  )
  const facts = useSession(
    useShallow(({ run, opened }) =>
      run.plan ? run.order.map((layer) => run.layers[layer].facts) : (opened?.layers ?? []),
    ),
  )
  const state = useSession((session) => session.state)
  const finished = useSession((session) => session.run.phase === 'finished')
  const recording = useSession((session) => session.recording)
  const layers = facts.length
  const at = (index: number) => 1 + (index * (width - 2)) / Math.max(1, layers)
  const starts = facts.flatMap(({ block }, i) => (i === 0 || facts[i - 1].block !== block ? [{ block, i }] : []))
  const perBlock = starts.length ? width / starts.length : 0
  const words = (block: number) => (perBlock > 18 ? blockName(block, perBlock <= 60) : '')
  const inner = layers && width / layers >= 4
  return (
    <div className="ruler" ref={ref}>
      {width > 0 && (
        <svg
          width={width}
          height={30}
          role="progressbar"
          aria-label="Layers finished"
          aria-valuemin={0}
          aria-valuemax={layers}
          aria-valuenow={done}
          onClick={(event) => {
            const share = (event.clientX - event.currentTarget.getBoundingClientRect().left) / width
            const layer = facts[Math.floor(share * layers)]
            if (layer && !recording) playground.select(layer.layer)
          }}
        >
          <path className="base" d={`M0 22.500H${width}`} />
          <rect className="filled" x={0} y={20} width={layers ? at(position) : 0} height={4} />
          {facts.map(({ layer, block }, i) => {
            const long = i === 0 || facts[i - 1].block !== block
            if (!long && !inner) return null
            return (
              <path
                key={layer}
                className={i <= done && position > 0 ? 'tick passed' : 'tick'}
                strokeWidth={long ? 1.5 : 1}
                d={`M${at(i)} ${long ? 8 : 15}V22`}
              >
                <title>{layerName(facts[i])}</title>
              </path>
            )
          })}
          {layers > 0 && (
            <path className={done === layers ? 'tick passed' : 'tick'} strokeWidth={1.5} d={`M${at(layers)} 8V22`} />
          )}
          {starts.map(({ block, i }) => (
            <text key={block} className={i <= done ? 'passed' : undefined} x={at(i) + 6} y={13}>
              {words(block)}
            </text>
          ))}
          {layers > 0 && state === 'failed' && (
            <path className="lost" d={`M${at(position) - 5} 17l10 10m0 -10l-10 10`} />
          )}
          {layers > 0 && !finished && state !== 'failed' && (
            <circle className={recording ? 'head recorded' : 'head'} cx={at(position)} cy={22} r={5} />
          )}
        </svg>
      )}
      {recording && (
        <input
          className="scrub"
          type="range"
          aria-label="Position in the recording"
          aria-valuetext={clock(recording.at)}
          min={0}
          max={recording.length}
          step="any"
          value={recording.at}
          onChange={({ target }) => playground.playback?.seek(Number(target.value))}
        />
      )}
    </div>
  )
}
