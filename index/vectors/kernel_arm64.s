#include "textflag.h"

// Go's assembler does not know all instructions on vectors: these are written as
// words, with their names behind them. Codes have 7 bits, so that SDOT, which
// takes signed bytes, fits rows as well as queries.

// func productsNEON(products *int32, codes, query *uint64, rows, blocks int)
//
// Four rows at a time, R4 to R7, then the rest one by one. R3 is the size of a row.
TEXT ·productsNEON(SB), NOSPLIT, $0-40
	MOVD products+0(FP), R0
	MOVD codes+8(FP), R1
	MOVD rows+24(FP), R2
	MOVD blocks+32(FP), R3
	LSL $6, R3

four:
	CMP $4, R2
	BLT one
	MOVD R1, R4
	ADD R3, R4, R5
	ADD R3, R5, R6
	ADD R3, R6, R7
	MOVD query+16(FP), R8
	MOVD blocks+32(FP), R9
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
	VEOR V2.B16, V2.B16, V2.B16
	VEOR V3.B16, V3.B16, V3.B16

fourBlock: // 64 codes of four rows
	VLD1.P 64(R8), [V4.B16, V5.B16, V6.B16, V7.B16]
	VLD1.P 64(R4), [V16.B16, V17.B16, V18.B16, V19.B16]
	VLD1.P 64(R5), [V20.B16, V21.B16, V22.B16, V23.B16]
	VLD1.P 64(R6), [V24.B16, V25.B16, V26.B16, V27.B16]
	VLD1.P 64(R7), [V28.B16, V29.B16, V30.B16, V31.B16]
	WORD $0x4e849600 // sdot v0.4s, v16.16b, v4.16b
	WORD $0x4e849681 // sdot v1.4s, v20.16b, v4.16b
	WORD $0x4e849702 // sdot v2.4s, v24.16b, v4.16b
	WORD $0x4e849783 // sdot v3.4s, v28.16b, v4.16b
	WORD $0x4e859620 // sdot v0.4s, v17.16b, v5.16b
	WORD $0x4e8596a1 // sdot v1.4s, v21.16b, v5.16b
	WORD $0x4e859722 // sdot v2.4s, v25.16b, v5.16b
	WORD $0x4e8597a3 // sdot v3.4s, v29.16b, v5.16b
	WORD $0x4e869640 // sdot v0.4s, v18.16b, v6.16b
	WORD $0x4e8696c1 // sdot v1.4s, v22.16b, v6.16b
	WORD $0x4e869742 // sdot v2.4s, v26.16b, v6.16b
	WORD $0x4e8697c3 // sdot v3.4s, v30.16b, v6.16b
	WORD $0x4e879660 // sdot v0.4s, v19.16b, v7.16b
	WORD $0x4e8796e1 // sdot v1.4s, v23.16b, v7.16b
	WORD $0x4e879762 // sdot v2.4s, v27.16b, v7.16b
	WORD $0x4e8797e3 // sdot v3.4s, v31.16b, v7.16b
	SUBS $1, R9
	BNE fourBlock
	WORD $0x4ea1bc00 // addp v0.4s, v0.4s, v1.4s
	WORD $0x4ea3bc42 // addp v2.4s, v2.4s, v3.4s
	WORD $0x4ea2bc00 // addp v0.4s, v0.4s, v2.4s
	VST1.P [V0.B16], 16(R0)
	MOVD R7, R1
	SUB $4, R2
	B four

one:
	CBZ R2, done
	MOVD query+16(FP), R8
	MOVD blocks+32(FP), R9
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16

oneBlock:
	VLD1.P 64(R8), [V4.B16, V5.B16, V6.B16, V7.B16]
	VLD1.P 64(R1), [V16.B16, V17.B16, V18.B16, V19.B16]
	WORD $0x4e849600 // sdot v0.4s, v16.16b, v4.16b
	WORD $0x4e859621 // sdot v1.4s, v17.16b, v5.16b
	WORD $0x4e869640 // sdot v0.4s, v18.16b, v6.16b
	WORD $0x4e879661 // sdot v1.4s, v19.16b, v7.16b
	SUBS $1, R9
	BNE oneBlock
	WORD $0x4ea18400 // add v0.4s, v0.4s, v1.4s
	WORD $0x4eb1b800 // addv s0, v0.4s
	FMOVS F0, (R0)
	ADD $4, R0
	SUB $1, R2
	B one

done:
	RET

// ROW sets reg to where the codes of slot k behind R4, or of the last one, are,
// and at to where its scale is. R1 are the bases, of 16 bytes, R2 the slots, R5 is
// the last, R6 the size of a row.
#define ROW(k, reg, at) \
	ADD $k, R4, R16; \
	CMP R5, R16; \
	CSEL GT, R5, R16, R16; \
	MOVWU (R2)(R16<<2), R16; \
	AND $1023, R16, R17; \
	LSR $10, R16; \
	ADD R16<<4, R1, R16; \
	MOVD 8(R16), at; \
	MOVD (R16), R16; \
	ADD R17<<2, at, at; \
	MADD R6, R16, R17, reg

// func nearNEON(scores *float32, bases *base, slots *uint32, query *uint64, last, size int, zero int32, scale float32)
//
// One hop, four rows at a time. R8 to R11 are the rows, R12 to R15 where their
// scales are; R19 to R22 and R23 to R26 those of the next four.
TEXT ·nearNEON(SB), NOSPLIT, $0-56
	MOVD scores+0(FP), R0
	MOVD bases+8(FP), R1
	MOVD slots+16(FP), R2
	MOVD last+32(FP), R5
	MOVD size+40(FP), R6
	MOVW zero+48(FP), R7
	VDUP R7, V8.S4
	MOVW scale+52(FP), R7
	VDUP R7, V9.S4
	MOVD $0, R4
	ROW(0, R19, R23)
	ROW(1, R20, R24)
	ROW(2, R21, R25)
	ROW(3, R22, R26)

next:
	MOVD R19, R8
	MOVD R20, R9
	MOVD R21, R10
	MOVD R22, R11
	MOVD R23, R12
	MOVD R24, R13
	MOVD R25, R14
	MOVD R26, R15
	ROW(4, R19, R23)
	ROW(5, R20, R24)
	ROW(6, R21, R25)
	ROW(7, R22, R26)
	MOVD query+24(FP), R3
	MOVD $0, R7
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
	VEOR V2.B16, V2.B16, V2.B16
	VEOR V3.B16, V3.B16, V3.B16

block: // 64 codes of four rows
	VLD1.P 64(R3), [V4.B16, V5.B16, V6.B16, V7.B16]
	VLD1.P 64(R8), [V16.B16, V17.B16, V18.B16, V19.B16]
	VLD1.P 64(R9), [V20.B16, V21.B16, V22.B16, V23.B16]
	VLD1.P 64(R10), [V24.B16, V25.B16, V26.B16, V27.B16]
	VLD1.P 64(R11), [V28.B16, V29.B16, V30.B16, V31.B16]
	ADD R7, R19, R16
	PRFM (R16), PLDL1KEEP
	ADD R7, R20, R16
	PRFM (R16), PLDL1KEEP
	ADD R7, R21, R16
	PRFM (R16), PLDL1KEEP
	ADD R7, R22, R16
	PRFM (R16), PLDL1KEEP
	WORD $0x4e849600 // sdot v0.4s, v16.16b, v4.16b
	WORD $0x4e849681 // sdot v1.4s, v20.16b, v4.16b
	WORD $0x4e849702 // sdot v2.4s, v24.16b, v4.16b
	WORD $0x4e849783 // sdot v3.4s, v28.16b, v4.16b
	WORD $0x4e859620 // sdot v0.4s, v17.16b, v5.16b
	WORD $0x4e8596a1 // sdot v1.4s, v21.16b, v5.16b
	WORD $0x4e859722 // sdot v2.4s, v25.16b, v5.16b
	WORD $0x4e8597a3 // sdot v3.4s, v29.16b, v5.16b
	WORD $0x4e869640 // sdot v0.4s, v18.16b, v6.16b
	WORD $0x4e8696c1 // sdot v1.4s, v22.16b, v6.16b
	WORD $0x4e869742 // sdot v2.4s, v26.16b, v6.16b
	WORD $0x4e8697c3 // sdot v3.4s, v30.16b, v6.16b
	WORD $0x4e879660 // sdot v0.4s, v19.16b, v7.16b
	WORD $0x4e8796e1 // sdot v1.4s, v23.16b, v7.16b
	WORD $0x4e879762 // sdot v2.4s, v27.16b, v7.16b
	WORD $0x4e8797e3 // sdot v3.4s, v31.16b, v7.16b
	ADD $64, R7
	CMP R6, R7
	BNE block

	WORD $0x4ea1bc00 // addp v0.4s, v0.4s, v1.4s
	WORD $0x4ea3bc42 // addp v2.4s, v2.4s, v3.4s
	WORD $0x4ea2bc00 // addp v0.4s, v0.4s, v2.4s
	FMOVS (R12), F1
	FMOVS (R13), F2
	FMOVS (R14), F3
	FMOVS (R15), F4
	VMOV V2.S[0], V1.S[1]
	VMOV V3.S[0], V1.S[2]
	VMOV V4.S[0], V1.S[3]
	WORD $0x6ea88400 // sub v0.4s, v0.4s, v8.4s
	WORD $0x4e21d800 // scvtf v0.4s, v0.4s
	WORD $0x6e21dd21 // fmul v1.4s, v9.4s, v1.4s
	WORD $0x6e20dc20 // fmul v0.4s, v1.4s, v0.4s
	SUB R4, R5, R16
	CMP $3, R16
	BLT few
	VST1.P [V0.B16], 16(R0)
	ADD $4, R4
	CMP R5, R4
	BLE next
	RET

few: // R16 + 1 scores are left
	FMOVS F0, (R0)
	CBZ R16, done
	VMOV V0.S[1], R7
	MOVW R7, 4(R0)
	CMP $1, R16
	BEQ done
	VMOV V0.S[2], R7
	MOVW R7, 8(R0)

done:
	RET

DATA bits<>+0(SB)/8, $0x0000000200000001
DATA bits<>+8(SB)/8, $0x0000000800000004
GLOBL bits<>(SB), RODATA|NOPTR, $16

// func boundsNEON(mask *uint64, bounds *float32, products *int32, scale, rest, norm *float32, w *weights, floor float32, words int)
//
// Four rows at a time; R9 collects their bits, R10 counts them.
TEXT ·boundsNEON(SB), NOSPLIT, $0-72
	MOVD mask+0(FP), R0
	MOVD bounds+8(FP), R1
	MOVD products+16(FP), R2
	MOVD scale+24(FP), R3
	MOVD rest+32(FP), R4
	MOVD norm+40(FP), R5
	MOVD w+48(FP), R6
	MOVD words+64(FP), R7
	MOVW (R6), R8
	VDUP R8, V10.S4
	MOVW 4(R6), R8
	VDUP R8, V11.S4
	MOVW 8(R6), R8
	VDUP R8, V12.S4
	MOVW 12(R6), R8
	VDUP R8, V13.S4
	MOVW floor+56(FP), R8
	VDUP R8, V14.S4
	MOVD $bits<>(SB), R8
	VLD1 (R8), [V15.B16]

word:
	MOVD $0, R9
	MOVD $0, R10

next: // in the order of weights.bound
	VLD1.P 16(R2), [V0.B16]
	VLD1.P 16(R3), [V1.B16]
	VLD1.P 16(R4), [V2.B16]
	VLD1.P 16(R5), [V3.B16]
	WORD $0x6eaa8400 // sub v0.4s, v0.4s, v10.4s
	WORD $0x4e21d800 // scvtf v0.4s, v0.4s
	WORD $0x6e21dd61 // fmul v1.4s, v11.4s, v1.4s
	WORD $0x6e20dc20 // fmul v0.4s, v1.4s, v0.4s
	WORD $0x6e22dd82 // fmul v2.4s, v12.4s, v2.4s
	WORD $0x4e22d400 // fadd v0.4s, v0.4s, v2.4s
	WORD $0x6e23dda3 // fmul v3.4s, v13.4s, v3.4s
	WORD $0x4e23d400 // fadd v0.4s, v0.4s, v3.4s
	VST1.P [V0.B16], 16(R1)
	WORD $0x6ea0e5c1 // fcmgt v1.4s, v14.4s, v0.4s
	WORD $0x4e611de1 // bic v1.16b, v15.16b, v1.16b
	WORD $0x4eb1b821 // addv s1, v1.4s
	FMOVS F1, R8
	LSL R10, R8, R8
	ORR R8, R9
	ADD $4, R10
	CMP $64, R10
	BNE next
	MOVD.P R9, 8(R0)
	SUBS $1, R7
	BNE word
	RET
