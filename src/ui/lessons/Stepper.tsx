// The steps of a lesson as a number line: ticks, those behind in ink, the current one taller.
const GAP = 28

export function Stepper({ steps, step, go }: { steps: readonly string[]; step: number; go(step: number): void }) {
  const width = (steps.length - 1) * GAP + 8
  const x = (i: number) => 4 + i * GAP
  return (
    <div className="stepper">
      <div className="stepper-line" style={{ width }}>
        <svg width={width} height={20} aria-hidden="true">
          <path className="base" d={`M4 14H${width - 4}`} />
          <path className="gone" d={`M4 14H${x(step - 1)}`} />
          {steps.map((title, i) => (
            <path
              key={title}
              className={i < step ? 'gone' : 'ahead'}
              d={`M${x(i)} ${i === step - 1 ? 4 : 9}v${i === step - 1 ? 15 : 10}`}
            />
          ))}
        </svg>
        {steps.map((title, i) => (
          <button
            key={title}
            type="button"
            style={{ left: x(i) }}
            title={title}
            aria-label={`Step ${i + 1}: ${title}`}
            aria-current={i === step - 1 ? 'step' : undefined}
            onClick={() => go(i + 1)}
          />
        ))}
      </div>
      <span>
        step {step} of {steps.length}
      </span>
    </div>
  )
}
