// A packed symmetric system: the upper triangle of N [unknowns, unknowns], row k being its entries k … unknowns − 1 and
// then the right-hand side b[k]. The place of entry (k, l), l = unknowns for b.
fn place_of(k: u32, l: u32, unknowns: u32) -> u32 {
  return k * (2u * unknowns + 3u - k) / 2u + l - k;
}
