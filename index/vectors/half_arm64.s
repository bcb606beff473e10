#include "textflag.h"

// func dotsHalfNEON(scores *float32, rows *unsafe.Pointer, query *float32, n, blocks int)
//
// As dotsNEON, for rows whose values have 16 bits.
TEXT ·dotsHalfNEON(SB), NOSPLIT, $0-40
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
	PRFM (R6), PLDL1KEEP
	ADD $64, R6
	VLD1.P 64(R5), [V8.B16, V9.B16, V10.B16, V11.B16]
	VLD1.P 64(R7), [V24.B16, V25.B16, V26.B16, V27.B16]
	VLD1.P 64(R7), [V28.B16, V29.B16, V30.B16, V31.B16]
	WORD $0x0e217910 // fcvtl v16.4s, v8.4h
	WORD $0x4e217911 // fcvtl2 v17.4s, v8.8h
	WORD $0x0e217932 // fcvtl v18.4s, v9.4h
	WORD $0x4e217933 // fcvtl2 v19.4s, v9.8h
	WORD $0x0e217954 // fcvtl v20.4s, v10.4h
	WORD $0x4e217955 // fcvtl2 v21.4s, v10.8h
	WORD $0x0e217976 // fcvtl v22.4s, v11.4h
	WORD $0x4e217977 // fcvtl2 v23.4s, v11.8h
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
	SUBS $1, R4
	BNE block
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

// func widenNEON(dst *float32, row unsafe.Pointer, blocks int)
TEXT ·widenNEON(SB), NOSPLIT, $0-24
	MOVD dst+0(FP), R0
	MOVD row+8(FP), R1
	MOVD blocks+16(FP), R2

block: // 32 values
	VLD1.P 64(R1), [V8.B16, V9.B16, V10.B16, V11.B16]
	WORD $0x0e217910 // fcvtl v16.4s, v8.4h
	WORD $0x4e217911 // fcvtl2 v17.4s, v8.8h
	WORD $0x0e217932 // fcvtl v18.4s, v9.4h
	WORD $0x4e217933 // fcvtl2 v19.4s, v9.8h
	WORD $0x0e217954 // fcvtl v20.4s, v10.4h
	WORD $0x4e217955 // fcvtl2 v21.4s, v10.8h
	WORD $0x0e217976 // fcvtl v22.4s, v11.4h
	WORD $0x4e217977 // fcvtl2 v23.4s, v11.8h
	VST1.P [V16.B16, V17.B16, V18.B16, V19.B16], 64(R0)
	VST1.P [V20.B16, V21.B16, V22.B16, V23.B16], 64(R0)
	SUBS $1, R2
	BNE block
	RET
