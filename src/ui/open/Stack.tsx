// One bar of parts side by side, and its key.
interface Part {
  label: string
  size: number
  /** The size with its unit. */
  text: string
}

export function Stack({ parts }: { parts: readonly Part[] }) {
  const shade = (i: number) => ({ background: `var(--seq-${Math.max(1, 7 - i)})` })
  return (
    <>
      <div className="stack" aria-hidden="true">
        {parts.map(({ label, size }, i) => (
          <span key={label} style={{ flexGrow: size, ...shade(i) }} />
        ))}
      </div>
      <ul className="stack-key">
        {parts.map(({ label, text }, i) => (
          <li key={label}>
            <i style={shade(i)} />
            {label} <b>{text}</b>
          </li>
        ))}
      </ul>
    </>
  )
}
