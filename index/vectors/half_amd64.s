#include "textflag.h"

// As in dots_amd64.s, for rows whose values have 16 bits: 32 of them are a line
// of the cache, and AX counts their bytes.

#define HALF_SETUP \
	MOVQ scores+0(FP), DI; \
	MOVQ rows+8(FP), SI; \
	MOVQ query+16(FP), DX; \
	MOVQ n+24(FP), CX; \
	MOVQ blocks+32(FP), R11; \
	SHLQ $6, R11

#define HALF_ROW \
	MOVQ (SI), R8; \
	MOVQ R8, R9; \
	CMPQ CX, $2; \
	JLE near; \
	MOVQ 16(SI), R9; \
near: \
	XORQ AX, AX

// HALF_FOLD adds up the eight sums in Y0 and goes on.
#define HALF_FOLD \
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

// func dotsHalfAVX512(scores *float32, rows *unsafe.Pointer, query *float32, n, blocks int)
TEXT ·dotsHalfAVX512(SB), NOSPLIT, $0-40
	HALF_SETUP

row:
	HALF_ROW
	VPXORD Z0, Z0, Z0
	VPXORD Z1, Z1, Z1

block: // 32 values
	PREFETCHT0 (R9)(AX*1)
	VCVTPH2PS (R8)(AX*1), Z2
	VCVTPH2PS 32(R8)(AX*1), Z3
	VMULPS (DX)(AX*2), Z2, Z2
	VMULPS 64(DX)(AX*2), Z3, Z3
	VADDPS Z2, Z0, Z0
	VADDPS Z3, Z1, Z1
	ADDQ $64, AX
	CMPQ AX, R11
	JNE block
	VADDPS Z1, Z0, Z0
	VEXTRACTF64X4 $1, Z0, Y1
	VADDPS Y1, Y0, Y0
	HALF_FOLD

// func dotsHalfAVX2(scores *float32, rows *unsafe.Pointer, query *float32, n, blocks int)
TEXT ·dotsHalfAVX2(SB), NOSPLIT, $0-40
	HALF_SETUP

row:
	HALF_ROW
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3

block: // 32 values
	PREFETCHT0 (R9)(AX*1)
	VCVTPH2PS (R8)(AX*1), Y4
	VCVTPH2PS 16(R8)(AX*1), Y5
	VCVTPH2PS 32(R8)(AX*1), Y6
	VCVTPH2PS 48(R8)(AX*1), Y7
	VMULPS (DX)(AX*2), Y4, Y4
	VMULPS 32(DX)(AX*2), Y5, Y5
	VMULPS 64(DX)(AX*2), Y6, Y6
	VMULPS 96(DX)(AX*2), Y7, Y7
	VADDPS Y4, Y0, Y0
	VADDPS Y5, Y1, Y1
	VADDPS Y6, Y2, Y2
	VADDPS Y7, Y3, Y3
	ADDQ $64, AX
	CMPQ AX, R11
	JNE block
	VADDPS Y2, Y0, Y0
	VADDPS Y3, Y1, Y1
	VADDPS Y1, Y0, Y0
	HALF_FOLD

// func widenAVX2(dst *float32, row unsafe.Pointer, blocks int)
TEXT ·widenAVX2(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ row+8(FP), SI
	MOVQ blocks+16(FP), CX

block: // 32 values
	VCVTPH2PS (SI), Y0
	VCVTPH2PS 16(SI), Y1
	VCVTPH2PS 32(SI), Y2
	VCVTPH2PS 48(SI), Y3
	VMOVUPS Y0, (DI)
	VMOVUPS Y1, 32(DI)
	VMOVUPS Y2, 64(DI)
	VMOVUPS Y3, 96(DI)
	ADDQ $64, SI
	ADDQ $128, DI
	DECQ CX
	JNZ block
	VZEROUPPER
	RET
