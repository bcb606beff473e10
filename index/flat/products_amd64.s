#include "textflag.h"

// func productsAVX2(products *int32, codes *uint64, query *int8, rows, blocks int)
TEXT ·productsAVX2(SB), NOSPLIT, $0-40
	MOVQ products+0(FP), DI
	MOVQ codes+8(FP), SI
	MOVQ query+16(FP), DX
	MOVQ rows+24(FP), CX
	MOVQ blocks+32(FP), R8
	VPCMPEQW Y7, Y7, Y7
	VPSRLW $15, Y7, Y7 // 16 times 1

row:
	VPXOR Y0, Y0, Y0
	MOVQ DX, R9
	MOVQ R8, R10

block: // 32 codes
	VMOVDQU (SI), Y1
	VPMADDUBSW (R9), Y1, Y2 // sums of two: 2 * 127 * 63 = 16,002 fits
	VPMADDWD Y7, Y2, Y2     // of four
	VPADDD Y2, Y0, Y0
	ADDQ $32, SI
	ADDQ $32, R9
	DECQ R10
	JNZ block

	VEXTRACTI128 $1, Y0, X1
	VPADDD X1, X0, X0
	VPSHUFD $0x4e, X0, X1
	VPADDD X1, X0, X0
	VPSHUFD $0xb1, X0, X1
	VPADDD X1, X0, X0
	VMOVD X0, (DI)
	ADDQ $4, DI
	DECQ CX
	JNZ row
	VZEROUPPER
	RET
