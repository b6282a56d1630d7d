// The room Layer.

export function LayerRoom() {
  return (
    <main className="page" id="main">
      <h1>One layer</h1>
    </main>
  )
}
