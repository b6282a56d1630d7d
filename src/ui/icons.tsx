// Icons: 16 px, one stroke weight, drawn here so that nothing is fetched.

const shapes = {
  run: 'M4.5 2.5L13 8l-8.500 5.500z',
  pause: 'M5 3v10M11 3v10',
  step: 'M4 3l6 5-6 5zM12.5 3v10',
  stop: 'M3.500 3.500h9v9h-9z',
  share:
    'M6.500 9.500l3-3M7 4.600l1.700-1.700a3 3 0 014.200 4.200L11.300 8.800M9 11.400l-1.700 1.700a3 3 0 01-4.200-4.200L4.700 7.200',
  chip: 'M4 4h8v8H4zM6.500 1.500V4M9.500 1.500V4M6.500 12v2.500M9.500 12v2.500M1.500 6.500H4M1.500 9.500H4M12 6.500h2.500M12 9.500h2.500',
  lock: 'M3 7h10v7H3zM5.200 7V5a2.800 2.800 0 015.600 0v2',
  check: 'M2.500 8.500L6 12l7.500-8',
  cross: 'M3.500 3.500l9 9M12.500 3.500l-9 9',
  warn: 'M8 2L1.500 13.500h13zM8 6.500V10M8 11.600v.3',
  info: 'M8 14A6 6 0 108 2a6 6 0 000 12zM8 7.300V11M8 4.900v.2',
  dash: 'M4 8h8',
  theme: 'M8 13.500a5.500 5.500 0 100-11 5.500 5.500 0 000 11zM8 2.500v11M8 5l4.500 0M8 8h5.300M8 11h4.500',
  folder: 'M1.500 4H6l1.500 2h7v7.500h-13zM8 12V8.700M6.300 10.300L8 8.600l1.700 1.700',
  download: 'M8 2.500V10M5 7.200l3 3 3-3M2.500 13.500h11',
  ring: 'M8 13.500a5.500 5.500 0 100-11 5.500 5.500 0 000 11z',
  copy: 'M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3',
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
        d="M1 17.5h28M4 13.5v8M11.300 13.500v8M18.700 13.500v8M26 13.500v8"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
      />
      <path
        d="M14 6c2.500-3.600 10-4.400 11.800 4.500"
        fill="none"
        stroke="var(--m-cdquant)"
        strokeWidth="1.5"
        strokeDasharray="2.500 2"
      />
      <circle cx="12.800" cy="8" r="3.400" fill="var(--m-cdquant)" />
    </svg>
  )
}
