// When a room cannot be drawn, the rest of the page stays and says why.
import { Component, type ReactNode } from 'react'
import { FactLine } from './FactLine.tsx'
import { Strip } from './Strip.tsx'

export class Broken extends Component<{ children: ReactNode }, { message?: string }> {
  override state: { message?: string } = {}

  static getDerivedStateFromError(error: unknown) {
    return { message: error instanceof Error ? error.message : String(error) }
  }

  override render() {
    const { message } = this.state
    if (message === undefined) return this.props.children
    return (
      <main className="page" id="main">
        <Strip tone="error" title="This room could not be drawn.">
          This is a defect; the line below says where. Reloading the page starts afresh, the plan is kept in the
          address.
          <FactLine text={message} />
        </Strip>
      </main>
    )
  }
}
