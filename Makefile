.PHONY: build test race lint check ci pdfium
build: ; CGO_ENABLED=0 go build -trimpath -o bin/ragserver ./cmd/ragserver
test:  ; go test ./...
race:  ; go test -race ./...
lint:  ; go vet ./... && go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./... && test -z "$$(gofmt -l .)"
check: lint test
ci:    ; bash .ci/run

# PDFium for WebAssembly (MIT; PDFium itself BSD-3 and Apache-2.0), next to the
# program, where it is found by itself.
PDFIUM     = @hyzyla/pdfium@2.1.13
PDFIUM_SUM = d758644310d11ce74f0b2039fe36782f09fcb95d36052fa1c5a9c5a80618341c
PDFIUM_DIR = bin
pdfium:
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && \
	npm pack --silent --pack-destination "$$scratch" $(PDFIUM) >"$$scratch/name" && \
	file="$$scratch/$$(cat "$$scratch/name")" && \
	echo "$(PDFIUM_SUM)  $$file" | sha256sum -c --quiet - && \
	tar -xzf "$$file" -C "$$scratch" package/dist/pdfium.wasm && mkdir -p $(PDFIUM_DIR) && \
	install -m 644 "$$scratch/package/dist/pdfium.wasm" $(PDFIUM_DIR)/pdfium.wasm && echo $(PDFIUM_DIR)/pdfium.wasm
