#include "textflag.h"

// One hop of a walk: the rows of some slots, four at a time, as in productsVNNI,
// while the four that come next are loaded. DI are the bases, SI the slots, DX is
// the query, CX the size of a row, BX the place in slots of the first of the four.
// R8 to R11 are the four rows, R12 to R15 the next ones. AX is free.

#define NEAR_SETUP \
	MOVQ bases+8(FP), DI; \
	MOVQ slots+16(FP), SI; \
	MOVQ query+24(FP), DX; \
	MOVQ size+40(FP), CX; \
	XORQ BX, BX; \
	ROW(0, R12); \
	ROW(1, R13); \
	ROW(2, R14); \
	ROW(3, R15)

// SLOT loads the slot k behind BX, or the last one, into AX.
#define SLOT(k) \
	LEAQ k(BX), AX; \
	CMPQ AX, last+32(FP); \
	CMOVQGT last+32(FP), AX; \
	MOVL (SI)(AX*4), AX

// ROW sets reg to where the codes of that slot are. A base has 16 bytes.
#define ROW(k, reg) \
	SLOT(k); \
	MOVL AX, reg; \
	ANDL $1023, reg; \
	IMULQ CX, reg; \
	SHRL $10, AX; \
	SHLQ $4, AX; \
	ADDQ (DI)(AX*1), reg

// SCALE sets reg to where the scale of that slot is.
#define SCALE(k, reg) \
	SLOT(k); \
	MOVL AX, reg; \
	ANDL $1023, reg; \
	SHRL $10, AX; \
	SHLQ $4, AX; \
	MOVQ 8(DI)(AX*1), AX; \
	LEAQ (AX)(reg*4), reg

// NEAR_NEXT makes the next four rows the present ones.
#define NEAR_NEXT \
	MOVQ R12, R8; \
	MOVQ R13, R9; \
	MOVQ R14, R10; \
	MOVQ R15, R11; \
	ROW(4, R12); \
	ROW(5, R13); \
	ROW(6, R14); \
	ROW(7, R15)

// NEAR_SCORES turns the products in X0 into scores and writes them, fewer than
// four at the end.
#define NEAR_SCORES \
	SCALE(0, R8); \
	SCALE(1, R9); \
	SCALE(2, R10); \
	SCALE(3, R11); \
	VMOVSS (R8), X1; \
	VINSERTPS $0x10, (R9), X1, X1; \
	VINSERTPS $0x20, (R10), X1, X1; \
	VINSERTPS $0x30, (R11), X1, X1; \
	VBROADCASTSS zero+48(FP), X2; \
	VPSUBD X2, X0, X0; \
	VCVTDQ2PS X0, X0; \
	VBROADCASTSS scale+52(FP), X2; \
	VMULPS X1, X2, X1; \
	VMULPS X1, X0, X0; \
	MOVQ scores+0(FP), R8; \
	MOVQ last+32(FP), AX; \
	SUBQ BX, AX; \
	CMPQ AX, $3; \
	JLT few; \
	VMOVUPS X0, (R8)(BX*4); \
	ADDQ $4, BX; \
	CMPQ BX, last+32(FP); \
	JLE next; \
	JMP done; \
few: \
	VMOVSS X0, (R8)(BX*4); \
	CMPQ AX, $1; \
	JLT done; \
	VEXTRACTPS $1, X0, 4(R8)(BX*4); \
	JE done; \
	VEXTRACTPS $2, X0, 8(R8)(BX*4); \
done: \
	VZEROUPPER; \
	RET

// func nearVNNI(scores *float32, bases *base, slots *uint32, query *uint64, last, size int, zero int32, scale float32)
TEXT ·nearVNNI(SB), NOSPLIT, $0-56
	NEAR_SETUP

next:
	NEAR_NEXT
	VPXORD Z0, Z0, Z0
	VPXORD Z1, Z1, Z1
	VPXORD Z2, Z2, Z2
	VPXORD Z3, Z3, Z3
	XORQ AX, AX

block: // 64 codes of four rows
	VMOVDQU64 (DX)(AX*1), Z4
	VMOVDQU64 (R8)(AX*1), Z5
	VMOVDQU64 (R9)(AX*1), Z6
	VMOVDQU64 (R10)(AX*1), Z7
	VMOVDQU64 (R11)(AX*1), Z8
	PREFETCHT0 (R12)(AX*1)
	PREFETCHT0 (R13)(AX*1)
	PREFETCHT0 (R14)(AX*1)
	PREFETCHT0 (R15)(AX*1)
	VPDPBUSD Z4, Z5, Z0
	VPDPBUSD Z4, Z6, Z1
	VPDPBUSD Z4, Z7, Z2
	VPDPBUSD Z4, Z8, Z3
	ADDQ $64, AX
	CMPQ AX, CX
	JNE block

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
	NEAR_SCORES

// NEAR_MADD is MADD of productsAVX2.
#define NEAR_MADD(addr, tmp, acc) \
	VMOVDQU addr, tmp; \
	VPMADDUBSW Y4, tmp, tmp; \
	VPMADDWD Y15, tmp, tmp; \
	VPADDD tmp, acc, acc

// func nearAVX2(scores *float32, bases *base, slots *uint32, query *uint64, last, size int, zero int32, scale float32)
TEXT ·nearAVX2(SB), NOSPLIT, $0-56
	NEAR_SETUP
	VPCMPEQW Y15, Y15, Y15
	VPSRLW $15, Y15, Y15 // 16 times 1

next:
	NEAR_NEXT
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	XORQ AX, AX

block: // 64 codes of four rows
	PREFETCHT0 (R12)(AX*1)
	PREFETCHT0 (R13)(AX*1)
	PREFETCHT0 (R14)(AX*1)
	PREFETCHT0 (R15)(AX*1)
	VMOVDQU (DX)(AX*1), Y4
	NEAR_MADD((R8)(AX*1), Y5, Y0)
	NEAR_MADD((R9)(AX*1), Y6, Y1)
	NEAR_MADD((R10)(AX*1), Y7, Y2)
	NEAR_MADD((R11)(AX*1), Y8, Y3)
	VMOVDQU 32(DX)(AX*1), Y4
	NEAR_MADD(32(R8)(AX*1), Y5, Y0)
	NEAR_MADD(32(R9)(AX*1), Y6, Y1)
	NEAR_MADD(32(R10)(AX*1), Y7, Y2)
	NEAR_MADD(32(R11)(AX*1), Y8, Y3)
	ADDQ $64, AX
	CMPQ AX, CX
	JNE block

	VPHADDD Y1, Y0, Y0 // rows 0 0 1 1, twice
	VPHADDD Y3, Y2, Y2
	VPHADDD Y2, Y0, Y0 // rows 0 1 2 3
	VEXTRACTI128 $1, Y0, X1
	VPADDD X1, X0, X0
	NEAR_SCORES
