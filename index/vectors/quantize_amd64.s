#include "textflag.h"

DATA absolute<>+0(SB)/4, $0x7fffffff
GLOBL absolute<>(SB), RODATA|NOPTR, $4

// func topAVX2(v *float32, blocks int) float32
//
// The largest absolute value of 16 * blocks.
TEXT ·topAVX2(SB), NOSPLIT, $0-20
	MOVQ v+0(FP), SI
	MOVQ blocks+8(FP), CX
	VBROADCASTSS absolute<>(SB), Y2
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1

block:
	VANDPS (SI), Y2, Y3
	VANDPS 32(SI), Y2, Y4
	VMAXPS Y3, Y0, Y0
	VMAXPS Y4, Y1, Y1
	ADDQ $64, SI
	DECQ CX
	JNZ block
	VMAXPS Y1, Y0, Y0
	VEXTRACTF128 $1, Y0, X1
	VMAXPS X1, X0, X0
	VPSHUFD $0x4e, X0, X1
	VMAXPS X1, X0, X0
	VPSHUFD $0xb1, X0, X1
	VMAXPS X1, X0, X0
	VZEROUPPER
	MOVSS X0, ret+16(FP)
	RET

// ROUND turns eight values at addr into codes in c, and adds what is left out,
// squared, to rest, the codes to Y4 and their squares to Y5.
#define ROUND(addr, x, c, t, rest) \
	VMULPS addr, Y7, x; \
	VCVTPS2DQ x, c; \
	VPMINSD Y8, c, c; \
	VPMAXSD Y9, c, c; \
	VPADDD c, Y4, Y4; \
	VPMULLD c, c, t; \
	VPADDD t, Y5, Y5; \
	VCVTDQ2PS c, t; \
	VSUBPS t, x, x; \
	VMULPS x, x, x; \
	VADDPS x, rest, rest; \
	VPADDD Y10, c, c

// SPREAD sets a register to eight times a number.
#define SPREAD(number, x, y) \
	MOVL number, AX; \
	VMOVD AX, x; \
	VPBROADCASTD x, y

// ADDUP leaves the sum of the eight numbers in y, whose lower half is x, in AX.
#define ADDUP(x, y) \
	VEXTRACTI128 $1, y, X0; \
	VPADDD X0, x, x; \
	VPSHUFD $0x4e, x, X0; \
	VPADDD X0, x, x; \
	VPSHUFD $0xb1, x, X0; \
	VPADDD X0, x, x; \
	VMOVD x, AX

// func codesAVX2(v *float32, codes *uint64, blocks int, inverse float32) (sum, squares int32, rest float32)
TEXT ·codesAVX2(SB), NOSPLIT, $0-44
	MOVQ v+0(FP), SI
	MOVQ codes+8(FP), DI
	MOVQ blocks+16(FP), CX
	VBROADCASTSS inverse+24(FP), Y7
	SPREAD($63, X8, Y8)
	SPREAD($-63, X9, Y9)
	SPREAD($64, X10, Y10)
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5

block: // 16 values
	ROUND((SI), Y0, Y11, Y12, Y2)
	ROUND(32(SI), Y1, Y13, Y14, Y3)
	VPACKSSDW Y13, Y11, Y11
	VPERMQ $0xd8, Y11, Y11
	VEXTRACTI128 $1, Y11, X12
	VPACKUSWB X12, X11, X11
	VMOVDQU X11, (DI)
	ADDQ $64, SI
	ADDQ $16, DI
	DECQ CX
	JNZ block

	VADDPS Y3, Y2, Y2
	VEXTRACTF128 $1, Y2, X1
	VADDPS X1, X2, X2
	VPSHUFD $0x4e, X2, X1
	VADDPS X1, X2, X2
	VPSHUFD $0xb1, X2, X1
	VADDSS X1, X2, X2
	VMOVSS X2, rest+40(FP)
	ADDUP(X4, Y4)
	MOVL AX, sum+32(FP)
	ADDUP(X5, Y5)
	MOVL AX, squares+36(FP)
	VZEROUPPER
	RET
