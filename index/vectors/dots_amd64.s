#include "textflag.h"

// Products of a query with rows in float32, in the order of Dot: value i is added
// to sum i mod 32. DX is the query, R8 a row, R9 the row after the next, AX the
// place in the row. Two rows ahead is about as long as memory takes to answer.

#define DOTS_SETUP \
	MOVQ scores+0(FP), DI; \
	MOVQ rows+8(FP), SI; \
	MOVQ query+16(FP), DX; \
	MOVQ n+24(FP), CX; \
	MOVQ blocks+32(FP), R11; \
	SHLQ $6, R11; \
	MOVQ R11, R10; \
	ANDQ $~127, R10

// DOTS_ROW sets R8 and R9; behind the last row, R9 is the last.
#define DOTS_ROW \
	MOVQ (SI), R8; \
	MOVQ R8, R9; \
	CMPQ CX, $2; \
	JLE near; \
	MOVQ 16(SI), R9; \
near: \
	XORQ AX, AX

// DOTS_FOLD adds up the eight sums in Y0 and goes on.
#define DOTS_FOLD \
	VEXTRACTF128 $1, Y0, X1; \
	VADDPS X1, X0, X0; \
	VPSHUFD $0x4e, X0, X1; \
	VADDPS X1, X0, X0; \
	VPSHUFD $0xb1, X0, X1; \
	VADDSS X1, X0, X0; \
	VMOVSS X0, (DI); \
	ADDQ $4, DI; \
	ADDQ $8, SI; \
	DECQ CX; \
	JNZ row; \
	VZEROUPPER; \
	RET

// func dotsAVX512(scores *float32, rows *unsafe.Pointer, query *float32, n, blocks int)
TEXT ·dotsAVX512(SB), NOSPLIT, $0-40
	DOTS_SETUP

row:
	DOTS_ROW
	VPXORD Z0, Z0, Z0
	VPXORD Z1, Z1, Z1
	CMPQ AX, R10
	JE half

block: // 32 values
	PREFETCHT0 (R9)(AX*1)
	PREFETCHT0 64(R9)(AX*1)
	VMOVUPS (R8)(AX*1), Z2
	VMOVUPS 64(R8)(AX*1), Z3
	VMULPS (DX)(AX*1), Z2, Z2
	VMULPS 64(DX)(AX*1), Z3, Z3
	VADDPS Z2, Z0, Z0
	VADDPS Z3, Z1, Z1
	ADDQ $128, AX
	CMPQ AX, R10
	JNE block

half: // 16 values, if the number of values is odd in these
	CMPQ AX, R11
	JE fold
	VMOVUPS (R8)(AX*1), Z2
	VMULPS (DX)(AX*1), Z2, Z2
	VADDPS Z2, Z0, Z0

fold:
	VADDPS Z1, Z0, Z0
	VEXTRACTF64X4 $1, Z0, Y1
	VADDPS Y1, Y0, Y0
	DOTS_FOLD

// func dotsAVX2(scores *float32, rows *unsafe.Pointer, query *float32, n, blocks int)
TEXT ·dotsAVX2(SB), NOSPLIT, $0-40
	DOTS_SETUP

row:
	DOTS_ROW
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	CMPQ AX, R10
	JE half

block: // 32 values
	PREFETCHT0 (R9)(AX*1)
	PREFETCHT0 64(R9)(AX*1)
	VMOVUPS (R8)(AX*1), Y4
	VMOVUPS 32(R8)(AX*1), Y5
	VMOVUPS 64(R8)(AX*1), Y6
	VMOVUPS 96(R8)(AX*1), Y7
	VMULPS (DX)(AX*1), Y4, Y4
	VMULPS 32(DX)(AX*1), Y5, Y5
	VMULPS 64(DX)(AX*1), Y6, Y6
	VMULPS 96(DX)(AX*1), Y7, Y7
	VADDPS Y4, Y0, Y0
	VADDPS Y5, Y1, Y1
	VADDPS Y6, Y2, Y2
	VADDPS Y7, Y3, Y3
	ADDQ $128, AX
	CMPQ AX, R10
	JNE block

half: // 16 values, if the number of values is odd in these
	CMPQ AX, R11
	JE fold
	VMOVUPS (R8)(AX*1), Y4
	VMOVUPS 32(R8)(AX*1), Y5
	VMULPS (DX)(AX*1), Y4, Y4
	VMULPS 32(DX)(AX*1), Y5, Y5
	VADDPS Y4, Y0, Y0
	VADDPS Y5, Y1, Y1

fold:
	VADDPS Y2, Y0, Y0
	VADDPS Y3, Y1, Y1
	VADDPS Y1, Y0, Y0
	DOTS_FOLD
