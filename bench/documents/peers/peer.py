"""Reads documents with a library of PyPI: `peer.py LIBRARY`.

Each line of the standard input names a file. Each is answered with a line of
JSON: "cpu", the seconds of processor time of this process so far, and "text" or
"error". The first line is written before the first file, when all is loaded.
"""

import json
import logging
import resource
import sys
import warnings

logging.disable()
warnings.simplefilter("ignore")


def pypdf():
    import pypdf as library
    return lambda file: "\n".join(page.extract_text() for page in library.PdfReader(file).pages)


def pdfminer():
    import pdfminer.high_level as library
    return library.extract_text


def pdfplumber():
    import pdfplumber as library

    def read(file):
        texts = []
        with library.open(file) as pdf:
            for page in pdf.pages:
                texts.append(page.extract_text() or "")
                page.close()  # keeps its objects otherwise
        return "\n".join(texts)
    return read


def python_docx():
    import docx as library

    def tables(of):
        for table in of.tables:
            for row in table.rows:
                for cell in row.cells:
                    yield cell.text
                    yield from tables(cell)

    def read(file):
        document = library.Document(file)
        return "\n".join([p.text for p in document.paragraphs] + list(tables(document)))
    return read


def docx2txt():
    import docx2txt as library
    return library.process


def python_pptx():
    import pptx as library

    def words(shapes):
        for shape in shapes:
            if shape.shape_type == 6:  # a group
                yield from words(shape.shapes)
            if shape.has_text_frame:
                yield shape.text_frame.text
            if shape.has_table:
                yield from (cell.text for row in shape.table.rows for cell in row.cells)

    def read(file):
        texts = []
        for slide in library.Presentation(file).slides:
            texts.extend(words(slide.shapes))
            if slide.has_notes_slide:
                texts.append(slide.notes_slide.notes_text_frame.text)
        return "\n".join(texts)
    return read


def openpyxl():
    import openpyxl as library

    def read(file):
        book = library.load_workbook(file, read_only=True, data_only=True)
        return "\n".join(str(v) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for v in row if v is not None)
    return read


def odfpy():
    from odf import opendocument, teletype, text

    def read(file):
        document = opendocument.load(file)
        found = []

        def walk(node):
            if getattr(node, "qname", None) in (text.P().qname, text.H(outlinelevel=1).qname):
                found.append(teletype.extractText(node))
            else:
                for child in getattr(node, "childNodes", []):
                    walk(child)
        walk(document.body)
        return "\n".join(found)
    return read


def main():
    out = sys.stdout
    sys.stdout = sys.stderr  # a library that prints
    library = sys.argv[1]
    read = {"pypdf": pypdf, "pdfminer.six": pdfminer, "pdfplumber": pdfplumber, "python-docx": python_docx,
            "docx2txt": docx2txt, "python-pptx": python_pptx, "openpyxl": openpyxl, "odfpy": odfpy}[library]()

    def say(**answer):
        used = resource.getrusage(resource.RUSAGE_SELF)
        answer["cpu"] = used.ru_utime + used.ru_stime
        out.write(json.dumps(answer) + "\n")
        out.flush()

    say()
    for line in sys.stdin:
        try:
            say(text=read(line.rstrip("\n")))
        except Exception as e:
            say(error=f"{type(e).__name__}: {e}"[:300])


main()
