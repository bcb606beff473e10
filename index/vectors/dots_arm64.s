#include "textflag.h"

// func dotsNEON(scores *float32, rows *unsafe.Pointer, query *float32, n, blocks int)
//
// In the order of Dot: value i is added to sum i mod 32, in V0 to V7. R5 is the
// row, R6 the next one, R7 the query.
TEXT ·dotsNEON(SB), NOSPLIT, $0-40
	MOVD scores+0(FP), R0
	MOVD rows+8(FP), R1
	MOVD n+24(FP), R3

row:
	MOVD (R1), R5
	MOVD R5, R6
	CMP $1, R3
	BEQ last
	MOVD 8(R1), R6

last:
	MOVD query+16(FP), R7
	MOVD blocks+32(FP), R4
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
	VEOR V2.B16, V2.B16, V2.B16
	VEOR V3.B16, V3.B16, V3.B16
	VEOR V4.B16, V4.B16, V4.B16
	VEOR V5.B16, V5.B16, V5.B16
	VEOR V6.B16, V6.B16, V6.B16
	VEOR V7.B16, V7.B16, V7.B16

block: // 32 values
	CMP $2, R4
	BLT half
	PRFM (R6), PLDL1KEEP
	PRFM 64(R6), PLDL1KEEP
	ADD $128, R6
	VLD1.P 64(R5), [V16.B16, V17.B16, V18.B16, V19.B16]
	VLD1.P 64(R5), [V20.B16, V21.B16, V22.B16, V23.B16]
	VLD1.P 64(R7), [V24.B16, V25.B16, V26.B16, V27.B16]
	VLD1.P 64(R7), [V28.B16, V29.B16, V30.B16, V31.B16]
	WORD $0x6e38de10 // fmul v16.4s, v16.4s, v24.4s
	WORD $0x6e39de31 // fmul v17.4s, v17.4s, v25.4s
	WORD $0x6e3ade52 // fmul v18.4s, v18.4s, v26.4s
	WORD $0x6e3bde73 // fmul v19.4s, v19.4s, v27.4s
	WORD $0x6e3cde94 // fmul v20.4s, v20.4s, v28.4s
	WORD $0x6e3ddeb5 // fmul v21.4s, v21.4s, v29.4s
	WORD $0x6e3eded6 // fmul v22.4s, v22.4s, v30.4s
	WORD $0x6e3fdef7 // fmul v23.4s, v23.4s, v31.4s
	WORD $0x4e30d400 // fadd v0.4s, v0.4s, v16.4s
	WORD $0x4e31d421 // fadd v1.4s, v1.4s, v17.4s
	WORD $0x4e32d442 // fadd v2.4s, v2.4s, v18.4s
	WORD $0x4e33d463 // fadd v3.4s, v3.4s, v19.4s
	WORD $0x4e34d484 // fadd v4.4s, v4.4s, v20.4s
	WORD $0x4e35d4a5 // fadd v5.4s, v5.4s, v21.4s
	WORD $0x4e36d4c6 // fadd v6.4s, v6.4s, v22.4s
	WORD $0x4e37d4e7 // fadd v7.4s, v7.4s, v23.4s
	SUB $2, R4
	B block

half: // 16 values, if the number of values is odd in these
	CBZ R4, fold
	VLD1.P 64(R5), [V16.B16, V17.B16, V18.B16, V19.B16]
	VLD1.P 64(R7), [V24.B16, V25.B16, V26.B16, V27.B16]
	WORD $0x6e38de10 // fmul v16.4s, v16.4s, v24.4s
	WORD $0x6e39de31 // fmul v17.4s, v17.4s, v25.4s
	WORD $0x6e3ade52 // fmul v18.4s, v18.4s, v26.4s
	WORD $0x6e3bde73 // fmul v19.4s, v19.4s, v27.4s
	WORD $0x4e30d400 // fadd v0.4s, v0.4s, v16.4s
	WORD $0x4e31d421 // fadd v1.4s, v1.4s, v17.4s
	WORD $0x4e32d442 // fadd v2.4s, v2.4s, v18.4s
	WORD $0x4e33d463 // fadd v3.4s, v3.4s, v19.4s

fold:
	WORD $0x4e24d400 // fadd v0.4s, v0.4s, v4.4s
	WORD $0x4e25d421 // fadd v1.4s, v1.4s, v5.4s
	WORD $0x4e26d442 // fadd v2.4s, v2.4s, v6.4s
	WORD $0x4e27d463 // fadd v3.4s, v3.4s, v7.4s
	WORD $0x4e22d400 // fadd v0.4s, v0.4s, v2.4s
	WORD $0x4e23d421 // fadd v1.4s, v1.4s, v3.4s
	WORD $0x4e21d400 // fadd v0.4s, v0.4s, v1.4s
	WORD $0x6e004001 // ext v1.16b, v0.16b, v0.16b, #8
	WORD $0x4e21d400 // fadd v0.4s, v0.4s, v1.4s
	WORD $0x7e30d800 // faddp s0, v0.2s
	FMOVS F0, (R0)
	ADD $4, R0
	ADD $8, R1
	SUBS $1, R3
	BNE row
	RET

// func topNEON(v *float32, blocks int) float32
//
// The largest absolute value of 16 * blocks.
TEXT ·topNEON(SB), NOSPLIT, $0-20
	MOVD v+0(FP), R0
	MOVD blocks+8(FP), R1
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
	VEOR V2.B16, V2.B16, V2.B16
	VEOR V3.B16, V3.B16, V3.B16

block:
	VLD1.P 64(R0), [V16.B16, V17.B16, V18.B16, V19.B16]
	WORD $0x4ea0fa10 // fabs v16.4s, v16.4s
	WORD $0x4ea0fa31 // fabs v17.4s, v17.4s
	WORD $0x4ea0fa52 // fabs v18.4s, v18.4s
	WORD $0x4ea0fa73 // fabs v19.4s, v19.4s
	WORD $0x4e30f400 // fmax v0.4s, v0.4s, v16.4s
	WORD $0x4e31f421 // fmax v1.4s, v1.4s, v17.4s
	WORD $0x4e32f442 // fmax v2.4s, v2.4s, v18.4s
	WORD $0x4e33f463 // fmax v3.4s, v3.4s, v19.4s
	SUBS $1, R1
	BNE block
	WORD $0x4e21f400 // fmax v0.4s, v0.4s, v1.4s
	WORD $0x4e23f442 // fmax v2.4s, v2.4s, v3.4s
	WORD $0x4e22f400 // fmax v0.4s, v0.4s, v2.4s
	WORD $0x6e30f800 // fmaxv s0, v0.4s
	FMOVS F0, ret+16(FP)
	RET

// func codesNEON(v *float32, codes *uint64, blocks int, inverse float32) (sum, squares int32, rest float32)
//
// V0 to V3 are the sixteen sums of what is left out, V4 is the sum of the codes
// and V5 that of their squares.
TEXT ·codesNEON(SB), NOSPLIT, $0-44
	MOVD v+0(FP), R0
	MOVD codes+8(FP), R1
	MOVD blocks+16(FP), R2
	MOVW inverse+24(FP), R3
	VDUP R3, V7.S4
	MOVD $63, R3
	VDUP R3, V8.S4
	MOVD $-63, R3
	VDUP R3, V9.S4
	MOVD $64, R3
	VDUP R3, V10.S4
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
	VEOR V2.B16, V2.B16, V2.B16
	VEOR V3.B16, V3.B16, V3.B16
	VEOR V4.B16, V4.B16, V4.B16
	VEOR V5.B16, V5.B16, V5.B16

block: // 16 values
	VLD1.P 64(R0), [V16.B16, V17.B16, V18.B16, V19.B16]
	WORD $0x6e27de10 // fmul v16.4s, v16.4s, v7.4s
	WORD $0x6e27de31 // fmul v17.4s, v17.4s, v7.4s
	WORD $0x6e27de52 // fmul v18.4s, v18.4s, v7.4s
	WORD $0x6e27de73 // fmul v19.4s, v19.4s, v7.4s
	WORD $0x4e21aa14 // fcvtns v20.4s, v16.4s
	WORD $0x4e21aa35 // fcvtns v21.4s, v17.4s
	WORD $0x4e21aa56 // fcvtns v22.4s, v18.4s
	WORD $0x4e21aa77 // fcvtns v23.4s, v19.4s
	WORD $0x4ea86e94 // smin v20.4s, v20.4s, v8.4s
	WORD $0x4ea86eb5 // smin v21.4s, v21.4s, v8.4s
	WORD $0x4ea86ed6 // smin v22.4s, v22.4s, v8.4s
	WORD $0x4ea86ef7 // smin v23.4s, v23.4s, v8.4s
	WORD $0x4ea96694 // smax v20.4s, v20.4s, v9.4s
	WORD $0x4ea966b5 // smax v21.4s, v21.4s, v9.4s
	WORD $0x4ea966d6 // smax v22.4s, v22.4s, v9.4s
	WORD $0x4ea966f7 // smax v23.4s, v23.4s, v9.4s
	WORD $0x4eb48484 // add v4.4s, v4.4s, v20.4s
	WORD $0x4eb58484 // add v4.4s, v4.4s, v21.4s
	WORD $0x4eb68484 // add v4.4s, v4.4s, v22.4s
	WORD $0x4eb78484 // add v4.4s, v4.4s, v23.4s
	WORD $0x4eb49685 // mla v5.4s, v20.4s, v20.4s
	WORD $0x4eb596a5 // mla v5.4s, v21.4s, v21.4s
	WORD $0x4eb696c5 // mla v5.4s, v22.4s, v22.4s
	WORD $0x4eb796e5 // mla v5.4s, v23.4s, v23.4s
	WORD $0x4e21da98 // scvtf v24.4s, v20.4s
	WORD $0x4e21dab9 // scvtf v25.4s, v21.4s
	WORD $0x4e21dada // scvtf v26.4s, v22.4s
	WORD $0x4e21dafb // scvtf v27.4s, v23.4s
	WORD $0x4eb8d610 // fsub v16.4s, v16.4s, v24.4s
	WORD $0x4eb9d631 // fsub v17.4s, v17.4s, v25.4s
	WORD $0x4ebad652 // fsub v18.4s, v18.4s, v26.4s
	WORD $0x4ebbd673 // fsub v19.4s, v19.4s, v27.4s
	WORD $0x6e30de10 // fmul v16.4s, v16.4s, v16.4s
	WORD $0x6e31de31 // fmul v17.4s, v17.4s, v17.4s
	WORD $0x6e32de52 // fmul v18.4s, v18.4s, v18.4s
	WORD $0x6e33de73 // fmul v19.4s, v19.4s, v19.4s
	WORD $0x4e30d400 // fadd v0.4s, v0.4s, v16.4s
	WORD $0x4e31d421 // fadd v1.4s, v1.4s, v17.4s
	WORD $0x4e32d442 // fadd v2.4s, v2.4s, v18.4s
	WORD $0x4e33d463 // fadd v3.4s, v3.4s, v19.4s
	WORD $0x4eaa8694 // add v20.4s, v20.4s, v10.4s
	WORD $0x4eaa86b5 // add v21.4s, v21.4s, v10.4s
	WORD $0x4eaa86d6 // add v22.4s, v22.4s, v10.4s
	WORD $0x4eaa86f7 // add v23.4s, v23.4s, v10.4s
	WORD $0x4e551a94 // uzp1 v20.8h, v20.8h, v21.8h
	WORD $0x4e571ad6 // uzp1 v22.8h, v22.8h, v23.8h
	WORD $0x4e161a94 // uzp1 v20.16b, v20.16b, v22.16b
	VST1.P [V20.B16], 16(R1)
	SUBS $1, R2
	BNE block

	WORD $0x4e22d400 // fadd v0.4s, v0.4s, v2.4s
	WORD $0x4e23d421 // fadd v1.4s, v1.4s, v3.4s
	WORD $0x4e21d400 // fadd v0.4s, v0.4s, v1.4s
	WORD $0x6e004001 // ext v1.16b, v0.16b, v0.16b, #8
	WORD $0x4e21d400 // fadd v0.4s, v0.4s, v1.4s
	WORD $0x7e30d800 // faddp s0, v0.2s
	FMOVS F0, rest+40(FP)
	WORD $0x4eb1b884 // addv s4, v4.4s
	FMOVS F4, sum+32(FP)
	WORD $0x4eb1b8a5 // addv s5, v5.4s
	FMOVS F5, squares+36(FP)
	RET
