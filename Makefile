.PHONY: build test race lint check ci
build: ; CGO_ENABLED=0 go build -trimpath -o bin/ragserver ./cmd/ragserver
test:  ; go test ./...
race:  ; go test -race ./...
lint:  ; go vet ./... && go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./... && test -z "$$(gofmt -l .)"
check: lint test
ci:    ; bash .ci/run
