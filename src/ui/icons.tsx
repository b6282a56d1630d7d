// Icons: 16 px, one stroke weight, drawn here so that nothing is fetched.

const shapes = {
  run: 'M4.5 2.5L13 8l-8.5 5.5z',
  pause: 'M5 3v10M11 3v10',
  step: 'M4 3l6 5-6 5zM12.5 3v10',
  stop: 'M3.5 3.5h9v9h-9z',
  share: 'M6.5 9.5l3-3M7 4.6l1.7-1.7a3 3 0 014.2 4.2L11.3 8.8M9 11.4l-1.7 1.7a3 3 0 01-4.2-4.2L4.7 7.2',
  chip: 'M4 4h8v8H4zM6.5 1.5V4M9.5 1.5V4M6.5 12v2.5M9.5 12v2.5M1.5 6.5H4M1.5 9.5H4M12 6.5h2.5M12 9.5h2.5',
  lock: 'M3 7h10v7H3zM5.2 7V5a2.8 2.8 0 015.6 0v2',
  check: 'M2.5 8.5L6 12l7.5-8',
  cross: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  warn: 'M8 2L1.5 13.5h13zM8 6.5V10M8 11.6v.3',
  info: 'M8 14A6 6 0 108 2a6 6 0 000 12zM8 7.3V11M8 4.900v.2',
  dash: 'M4 8h8',
  plus: 'M3 8h10M8 3v10',
  theme: 'M8 13.5a5.5 5.5 0 100-11 5.5 5.5 0 000 11zM8 2.5v11M8 5l4.5 0M8 8h5.3M8 11h4.5',
  folder: 'M1.5 4H6l1.5 2h7v7.5h-13zM8 12V8.7M6.3 10.3L8 8.6l1.7 1.7',
  download: 'M8 2.5V10M5 7.2l3 3 3-3M2.5 13.5h11',
  expand: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  back: 'M10 3L5 8l5 5',
  ring: 'M8 13.5a5.5 5.5 0 100-11 5.5 5.5 0 000 11z',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
} as const

export type IconName = keyof typeof shapes

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      className={`icon icon-${name}`}
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={shapes[name]} />
    </svg>
  )
}

/** The logo: a dot on its way along the number line to the nearest tick. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 30 22" width="30" height="22" aria-hidden="true">
      <path
        d="M1 17.5h28M4 13.5v8M11.3 13.5v8M18.7 13.5v8M26 13.5v8"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
      />
      <path
        d="M14 6c2.5-3.6 10-4.4 11.8 4.5"
        fill="none"
        stroke="var(--m-cdquant)"
        strokeWidth="1.5"
        strokeDasharray="2.5 2"
      />
      <circle cx="12.8" cy="8" r="3.4" fill="var(--m-cdquant)" />
    </svg>
  )
}
