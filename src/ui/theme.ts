// Light, dark, or as the system has it; remembered on this device.
import { useCallback, useState } from 'react'

export type Theme = 'light' | 'dark' | 'system'

const KEY = 'cdquant-theme'

function remembered(): Theme {
  try {
    const value = localStorage.getItem(KEY)
    return value === 'light' || value === 'dark' ? value : 'system'
  } catch {
    return 'system' // storage may be switched off; the theme is then not remembered
  }
}

function apply(theme: Theme) {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

/** Called once before the first paint. A `theme` in the address comes first. */
export function applyTheme(): void {
  const asked = new URLSearchParams(location.search).get('theme')
  apply(asked === 'light' || asked === 'dark' ? asked : remembered())
}

/** The theme and a function that turns it: system → the other one → this one → system. */
export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState<Theme>(
    () => (document.documentElement.dataset.theme as Theme | undefined) ?? 'system',
  )
  const turn = useCallback(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)').matches
    const order: Theme[] = dark ? ['system', 'light', 'dark'] : ['system', 'dark', 'light']
    const next = order[(order.indexOf(theme) + 1) % 3]
    apply(next)
    setTheme(next)
    try {
      localStorage.setItem(KEY, next)
    } catch {
      return // not remembered, as above
    }
  }, [theme])
  return [theme, turn]
}
