#include "textflag.h"

// Rows are multiplied four at a time, so that the query is loaded once for four
// and the sums of four are added up together. DX is the query, R11 the size of a
// row, R12 that of three, R13 is eight rows ahead of R9.

#define ROWS_SETUP \
	MOVQ products+0(FP), DI; \
	MOVQ codes+8(FP), SI; \
	MOVQ query+16(FP), DX; \
	MOVQ rows+24(FP), CX; \
	MOVQ blocks+32(FP), R11; \
	SHLQ $6, R11; \
	LEAQ (R11)(R11*2), R12

#define BOUNDS_SETUP \
	MOVQ mask+0(FP), DI; \
	MOVQ bounds+8(FP), SI; \
	MOVQ products+16(FP), DX; \
	MOVQ scale+24(FP), R8; \
	MOVQ rest+32(FP), R9; \
	MOVQ norm+40(FP), R10; \
	MOVQ w+48(FP), R11; \
	MOVQ words+64(FP), CX; \
	XORQ BX, BX

// func productsVNNI(products *int32, codes *uint64, query *uint64, rows, blocks int)
TEXT ·productsVNNI(SB), NOSPLIT, $0-40
	ROWS_SETUP

four:
	CMPQ CX, $4
	JLT one
	VPXORD Z0, Z0, Z0
	VPXORD Z1, Z1, Z1
	VPXORD Z2, Z2, Z2
	VPXORD Z3, Z3, Z3
	MOVQ SI, R9
	LEAQ (SI)(R11*8), R13
	XORQ R10, R10

fourBlock: // 64 codes of four rows
	VMOVDQU64 (DX)(R10*1), Z4
	VMOVDQU64 (R9), Z5
	VMOVDQU64 (R9)(R11*1), Z6
	VMOVDQU64 (R9)(R11*2), Z7
	VMOVDQU64 (R9)(R12*1), Z8
	PREFETCHT0 (R13)
	PREFETCHT0 (R13)(R11*1)
	PREFETCHT0 (R13)(R11*2)
	PREFETCHT0 (R13)(R12*1)
	VPDPBUSD Z4, Z5, Z0
	VPDPBUSD Z4, Z6, Z1
	VPDPBUSD Z4, Z7, Z2
	VPDPBUSD Z4, Z8, Z3
	ADDQ $64, R9
	ADDQ $64, R13
	ADDQ $64, R10
	CMPQ R10, R11
	JNE fourBlock

	// 16 sums of each row; add in pairs, and interleave rows, until each lane
	// of X0 is a row.
	VPUNPCKLDQ Z1, Z0, Z4
	VPUNPCKHDQ Z1, Z0, Z5
	VPADDD Z4, Z5, Z4 // rows 0 1 0 1, four times
	VPUNPCKLDQ Z3, Z2, Z6
	VPUNPCKHDQ Z3, Z2, Z7
	VPADDD Z6, Z7, Z6 // rows 2 3 2 3
	VPUNPCKLQDQ Z6, Z4, Z0
	VPUNPCKHQDQ Z6, Z4, Z1
	VPADDD Z0, Z1, Z0 // rows 0 1 2 3
	VEXTRACTI64X4 $1, Z0, Y1
	VPADDD Y1, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD X1, X0, X0
	VMOVDQU X0, (DI)
	LEAQ (SI)(R11*4), SI
	ADDQ $16, DI
	SUBQ $4, CX
	JMP four

one:
	TESTQ CX, CX
	JZ done
	VPXORD Z0, Z0, Z0
	XORQ R10, R10

oneBlock:
	VMOVDQU64 (SI)(R10*1), Z5
	VPDPBUSD (DX)(R10*1), Z5, Z0
	ADDQ $64, R10
	CMPQ R10, R11
	JNE oneBlock

	VEXTRACTI64X4 $1, Z0, Y1
	VPADDD Y1, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD X1, X0, X0
	VPSHUFD $0x4e, X0, X1
	VPADDD X1, X0, X0
	VPSHUFD $0xb1, X0, X1
	VPADDD X1, X0, X0
	VMOVD X0, (DI)
	ADDQ R11, SI
	ADDQ $4, DI
	DECQ CX
	JMP one

done:
	VZEROUPPER
	RET

// MADD adds the products of 32 codes of a row at addr and the query's, Y4, to
// acc. Sums of two are 16 bits wide: 2 * 127 * 63 = 16,002 fits. Y15 is ones.
#define MADD(addr, tmp, acc) \
	VMOVDQU addr, tmp; \
	VPMADDUBSW Y4, tmp, tmp; \
	VPMADDWD Y15, tmp, tmp; \
	VPADDD tmp, acc, acc

// func productsAVX2(products *int32, codes *uint64, query *uint64, rows, blocks int)
TEXT ·productsAVX2(SB), NOSPLIT, $0-40
	ROWS_SETUP
	VPCMPEQW Y15, Y15, Y15
	VPSRLW $15, Y15, Y15 // 16 times 1

four:
	CMPQ CX, $4
	JLT one
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	MOVQ SI, R9
	LEAQ (SI)(R11*8), R13
	XORQ R10, R10

fourBlock: // 64 codes of four rows
	VMOVDQU (DX)(R10*1), Y4
	MADD((R9), Y5, Y0)
	MADD((R9)(R11*1), Y6, Y1)
	MADD((R9)(R11*2), Y7, Y2)
	MADD((R9)(R12*1), Y8, Y3)
	PREFETCHT0 (R13)
	PREFETCHT0 (R13)(R11*1)
	PREFETCHT0 (R13)(R11*2)
	PREFETCHT0 (R13)(R12*1)
	VMOVDQU 32(DX)(R10*1), Y4
	MADD(32(R9), Y5, Y0)
	MADD(32(R9)(R11*1), Y6, Y1)
	MADD(32(R9)(R11*2), Y7, Y2)
	MADD(32(R9)(R12*1), Y8, Y3)
	ADDQ $64, R9
	ADDQ $64, R13
	ADDQ $64, R10
	CMPQ R10, R11
	JNE fourBlock

	VPHADDD Y1, Y0, Y0 // rows 0 0 1 1, twice
	VPHADDD Y3, Y2, Y2
	VPHADDD Y2, Y0, Y0 // rows 0 1 2 3
	VEXTRACTI128 $1, Y0, X1
	VPADDD X1, X0, X0
	VMOVDQU X0, (DI)
	LEAQ (SI)(R11*4), SI
	ADDQ $16, DI
	SUBQ $4, CX
	JMP four

one:
	TESTQ CX, CX
	JZ done
	VPXOR Y0, Y0, Y0
	XORQ R10, R10

oneBlock:
	VMOVDQU (DX)(R10*1), Y4
	MADD((SI)(R10*1), Y5, Y0)
	VMOVDQU 32(DX)(R10*1), Y4
	MADD(32(SI)(R10*1), Y5, Y0)
	ADDQ $64, R10
	CMPQ R10, R11
	JNE oneBlock

	VEXTRACTI128 $1, Y0, X1
	VPADDD X1, X0, X0
	VPSHUFD $0x4e, X0, X1
	VPADDD X1, X0, X0
	VPSHUFD $0xb1, X0, X1
	VPADDD X1, X0, X0
	VMOVD X0, (DI)
	ADDQ R11, SI
	ADDQ $4, DI
	DECQ CX
	JMP one

done:
	VZEROUPPER
	RET

// func boundsAVX512(mask *uint64, bounds *float32, products *int32, scale, rest, norm *float32, w *weights, floor float32, words int)
TEXT ·boundsAVX512(SB), NOSPLIT, $0-72
	BOUNDS_SETUP
	SHLQ $2, CX // 16 rows at a time
	VPBROADCASTD (R11), Z10
	VBROADCASTSS 4(R11), Z11
	VBROADCASTSS 8(R11), Z12
	VBROADCASTSS 12(R11), Z13
	VBROADCASTSS floor+56(FP), Z14

next: // in the order of weights.bound
	VMOVDQU32 (DX)(BX*1), Z0
	VPSUBD Z10, Z0, Z0
	VCVTDQ2PS Z0, Z0
	VMULPS (R8)(BX*1), Z11, Z1
	VMULPS Z0, Z1, Z0
	VMULPS (R9)(BX*1), Z12, Z2
	VADDPS Z2, Z0, Z0
	VMULPS (R10)(BX*1), Z13, Z3
	VADDPS Z3, Z0, Z0
	VMOVUPS Z0, (SI)(BX*1)
	VCMPPS $5, Z14, Z0, K1 // not less than floor
	KMOVW K1, AX
	MOVW AX, (DI)
	ADDQ $2, DI
	ADDQ $64, BX
	DECQ CX
	JNZ next
	VZEROUPPER
	RET

// func boundsAVX2(mask *uint64, bounds *float32, products *int32, scale, rest, norm *float32, w *weights, floor float32, words int)
TEXT ·boundsAVX2(SB), NOSPLIT, $0-72
	BOUNDS_SETUP
	SHLQ $3, CX // 8 rows at a time
	VPBROADCASTD (R11), Y10
	VBROADCASTSS 4(R11), Y11
	VBROADCASTSS 8(R11), Y12
	VBROADCASTSS 12(R11), Y13
	VBROADCASTSS floor+56(FP), Y14

next: // in the order of weights.bound
	VMOVDQU (DX)(BX*1), Y0
	VPSUBD Y10, Y0, Y0
	VCVTDQ2PS Y0, Y0
	VMULPS (R8)(BX*1), Y11, Y1
	VMULPS Y0, Y1, Y0
	VMULPS (R9)(BX*1), Y12, Y2
	VADDPS Y2, Y0, Y0
	VMULPS (R10)(BX*1), Y13, Y3
	VADDPS Y3, Y0, Y0
	VMOVUPS Y0, (SI)(BX*1)
	VCMPPS $5, Y14, Y0, Y1 // not less than floor
	VMOVMSKPS Y1, AX
	MOVB AX, (DI)
	INCQ DI
	ADDQ $32, BX
	DECQ CX
	JNZ next
	VZEROUPPER
	RET

// func prefetchLines(at unsafe.Pointer, lines int)
TEXT ·prefetchLines(SB), NOSPLIT, $0-16
	MOVQ at+0(FP), SI
	MOVQ lines+8(FP), CX

line:
	PREFETCHT0 (SI)
	ADDQ $64, SI
	DECQ CX
	JNZ line
	RET
