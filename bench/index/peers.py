"""The peers of the index benchmark, one in a process: hnswlib, faiss, usearch, tantivy.

It reads requests as JSON lines and answers each with one JSON line; the requests
are described in protocol.go. Everything runs on one thread.

usage: peers.py hnswlib|faiss|usearch|tantivy
"""
import json
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import psutil


def resident():
    return psutil.Process().memory_info().rss


def best(ask, passes):
    """Does the same work several times and returns the least time it took."""
    least = None
    for _ in range(passes):
        clock = Clock()
        ask()
        took = clock.read()
        if least is None or took["cpu"] < least["cpu"]:
            least = took
    return least


class Clock:
    """Measures the processor time of this process, and the time of the wall."""

    def __init__(self):
        self.cpu, self.wall = time.process_time(), time.perf_counter()

    def read(self):
        return {"cpu": time.process_time() - self.cpu, "wall": time.perf_counter() - self.wall}


class Vectors:
    """What the vector peers have in common."""

    def open(self, r):
        base = np.fromfile(r["base"], np.float32).reshape(-1, r["dim"])
        self.base = base[: r["n"]] if r.get("n") else base
        self.query = np.fromfile(r["query"], np.float32).reshape(-1, r["dim"])
        return {}

    def build(self, r):
        before, clock = resident(), Clock()
        self.make(r["m"], r["efc"])
        took = clock.read()
        return {**took, "rss": resident() - before}

    def search(self, r):
        if not r.get("ids"):
            return best(lambda: self.ask(self.query, r["k"], r["ef"]), r["passes"])
        return {"ids": np.asarray(self.ask(self.query, r["k"], r["ef"])).astype(int).tolist()}

    def filter(self, r):
        allowed = np.fromfile(r["rows"], np.uint8).astype(bool)
        query = self.query[: r["n"]]
        clock = Clock()
        ids = self.ask_filtered(query, r["k"], r["ef"], allowed)
        took = clock.read()
        return {**took, "ids": [[int(i) for i in row if i >= 0] for row in ids]}

    def churn(self, r):
        rows = np.fromfile(r["rows"], np.int32)
        clock = Clock()
        self.replace(rows)
        return clock.read()


class Hnswlib(Vectors):
    def make(self, m, efc):
        import hnswlib

        self.index = hnswlib.Index("ip", self.base.shape[1])
        self.index.init_index(len(self.base), ef_construction=efc, M=m, allow_replace_deleted=True)
        self.index.set_num_threads(1)
        self.index.add_items(self.base, num_threads=1)

    def ask(self, query, k, ef):
        self.index.set_ef(ef)
        return self.index.knn_query(query, k, num_threads=1)[0]

    def ask_filtered(self, query, k, ef, allowed):
        self.index.set_ef(ef)
        found = []
        for q in query:
            try:
                found.append(self.index.knn_query(q[None], k, num_threads=1, filter=lambda i: bool(allowed[i]))[0][0])
            except RuntimeError:  # it has fewer than k
                found.append([])
        return found

    def replace(self, rows):
        for i in rows:
            self.index.mark_deleted(int(i))
        self.index.add_items(self.base[rows], rows, num_threads=1, replace_deleted=True)


class Faiss(Vectors):
    def make(self, m, efc):
        import faiss

        faiss.omp_set_num_threads(1)
        self.faiss = faiss
        self.index = faiss.IndexHNSWFlat(self.base.shape[1], m, faiss.METRIC_INNER_PRODUCT)
        self.index.hnsw.efConstruction = efc
        self.index.add(self.base)

    def ask(self, query, k, ef):
        self.index.hnsw.efSearch = ef
        return self.index.search(query, k)[1]

    def ask_filtered(self, query, k, ef, allowed):
        bits = np.packbits(allowed, bitorder="little")
        only = self.faiss.IDSelectorBitmap(bits)
        return self.index.search(query, k, params=self.faiss.SearchParametersHNSW(sel=only, efSearch=ef))[1]


class Usearch(Vectors):
    def make(self, m, efc):
        from usearch.index import Index

        self.index = Index(ndim=self.base.shape[1], metric="ip", dtype="f32", connectivity=m, expansion_add=efc)
        self.index.add(np.arange(len(self.base)), self.base, threads=1)

    def ask(self, query, k, ef):
        self.index.expansion_search = ef
        return self.index.search(query, k, threads=1).keys

    def replace(self, rows):
        self.index.remove(rows)
        self.index.add(rows, self.base[rows], threads=1)


class Tantivy:
    def index(self, r):
        import tantivy

        self.tantivy = tantivy
        texts = [json.loads(line)["text"] for _, line in zip(range(r["n"]), open(r["base"], encoding="utf-8"))]
        analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
        analyzer = analyzer.filter(tantivy.Filter.custom_stopword(r["stop"]))
        if r.get("stem"):
            analyzer = analyzer.filter(tantivy.Filter.stemmer("english"))
        schema = tantivy.SchemaBuilder()
        schema.add_text_field("id", stored=True, tokenizer_name="raw")
        schema.add_text_field("text", stored=False, tokenizer_name="words", index_option="freq")
        os.makedirs(r["dir"])
        self.tree = tantivy.Index(schema.build(), path=r["dir"])
        self.tree.register_tokenizer("words", analyzer.build())
        before, clock = resident(), Clock()
        writer = self.tree.writer(heap_size=256_000_000, num_threads=1)
        for i, text in enumerate(texts):
            writer.add_document(tantivy.Document(id=str(i), text=text))
        writer.commit()
        took = clock.read()
        writer.wait_merging_threads()
        self.tree.reload()
        return {**took, "rss": resident() - before}

    def search(self, r):
        lines = open(r["query"], encoding="utf-8").read().splitlines()[: r["n"]]
        every = {"conjunction_by_default": True} if r.get("all") else {}
        searcher = self.tree.searcher()

        def ask():
            queries = (self.tree.parse_query(line, ["text"], **every) for line in lines)
            return [searcher.search(query, r["k"], count=False).hits for query in queries]

        if not r.get("ids"):
            return best(ask, r["passes"])
        return {"ids": [[int(searcher.doc(at)["id"][0]) for _, at in hits] for hits in ask()]}

    def fresh(self, r):
        writer = self.tree.writer(heap_size=64_000_000, num_threads=1)
        times = []
        for i in range(r["n"]):
            word = f"zzfresh{i}"
            start = time.perf_counter()
            writer.add_document(self.tantivy.Document(id=str(10**9 + i), text=f"{word} is a new passage"))
            writer.commit()
            self.tree.reload()
            while not self.tree.searcher().search(self.tree.parse_query(word, ["text"]), 1).hits:
                self.tree.reload()
            times.append(time.perf_counter() - start)
        return {"times": times}


def main():
    peer = {"hnswlib": Hnswlib, "faiss": Faiss, "usearch": Usearch, "tantivy": Tantivy}[sys.argv[1]]()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = getattr(peer, request["op"])(request)
        except Exception as e:  # said to whoever asked, and the next request is read
            reply = {"error": f"{type(e).__name__}: {e}"}
        print(json.dumps(reply), flush=True)


main()
