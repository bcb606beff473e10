package static

import "golang.org/x/sys/cpu"

//go:noescape
func addRowAVX2(v *[dims]float32, row *[dims]int8, w float32)

// addRow adds w times row to v. It multiplies and adds in two steps, as addRowGo
// does, and gets the same bits.
func addRow(v *[dims]float32, row *[dims]int8, w float32) {
	if cpu.X86.HasAVX2 {
		addRowAVX2(v, row, w)
		return
	}
	addRowGo(v, row, w)
}
