// Puts the page into the document.
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import type { Playground } from '../store/playground.ts'
import { App } from './App.tsx'
import { PlaygroundContext } from './session.ts'
import { applyTheme } from './theme.ts'
import './tokens.css'
import './recipe-marks.css'
import './base.css'
import './controls.css'
import './figures.css'
import './health.css'
import './rooms.css'
import './share.css'
import './narrow.css'
import './print.css'

export function mount(playground: Playground): void {
  const root = document.getElementById('root')
  if (!root) throw new Error("the document has no element 'root'")
  applyTheme()
  createRoot(root).render(
    <StrictMode>
      <PlaygroundContext value={playground}>
        <App />
      </PlaygroundContext>
    </StrictMode>,
  )
}
