"""A deck as a PowerPoint file: native text boxes, tables, shapes and notes, to be edited."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from glassformer.errors import MissingExtraError
from glassformer.slides.deck import (
    COLOURS,
    FOOTER,
    HEIGHT,
    INK,
    NUMBER,
    OPENING,
    OPENING_SIZE,
    QUIET,
    SMALLEST,
    TITLE,
    TITLE_SIZE,
    WIDTH,
    Bar,
    Box,
    Cell,
    Deck,
    Drawing,
    Slide,
    Table,
    Text,
    runs,
)

try:
    from pptx import Presentation
    from pptx.dml.color import RGBColor
    from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
    from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
    from pptx.opc.constants import RELATIONSHIP_TYPE
    from pptx.oxml.ns import qn
    from pptx.util import Inches, Pt
except ImportError as error:
    raise MissingExtraError("python-pptx", "slides", "writing a .pptx") from error

FONT = "Arial"  # on every machine, and its stand-ins are as wide
LAYOUTS = {"opening": "Title Slide", "step": "Title Only"}
ALIGN = {"left": PP_ALIGN.LEFT, "center": PP_ALIGN.CENTER, "right": PP_ALIGN.RIGHT}
MADE = datetime(2017, 6, 12, tzinfo=UTC)  # the paper's day: the same deck gives the same file


def content(deck: Deck) -> bytes:
    """The file of a deck."""
    made = Presentation()
    made.slide_width, made.slide_height = Inches(WIDTH), Inches(HEIGHT)
    properties = made.core_properties
    properties.title, properties.author = deck.title, "Glassformer"
    properties.created = properties.modified = MADE
    layouts = prepared(made)
    for slide in deck.slides:
        draw(made.slides.add_slide(layouts["opening" if slide.opening else "step"]), slide)
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def prepared(made: Any) -> dict[str, Any]:
    """The master and its two layouts on our page, in our type and colours; the others go."""
    master = made.slide_master
    theme = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    theme._blob = themed(theme.blob.decode("utf-8")).encode("utf-8")
    kept = {}
    for layout in list(made.slide_layouts):
        role = next((role for role, name in LAYOUTS.items() if layout.name == name), None)
        if role is None:
            made.slide_layouts.remove(layout)
        else:
            kept[role] = layout
    for owner in (master, *kept.values()):
        opening = owner is kept["opening"]
        for shape in list(owner.placeholders):
            kind = shape.placeholder_format.type.name
            if kind in ("DATE", "SUBTITLE"):
                shape._element.getparent().remove(shape._element)
            elif kind in ("TITLE", "CENTER_TITLE"):
                put(shape, OPENING if opening else TITLE)
                shape.text_frame.word_wrap = True
                shape.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
                styled(shape, OPENING_SIZE if opening else TITLE_SIZE, True, INK)
            elif kind in ("FOOTER", "SLIDE_NUMBER"):
                put(shape, FOOTER if kind == "FOOTER" else NUMBER)
                styled(shape, SMALLEST, False, QUIET, "l" if kind == "FOOTER" else "r")
            elif kind == "BODY":
                put(shape, Box(TITLE.left, 1.3, TITLE.width, 5.5))
    return kept


def themed(theme: str) -> str:
    """The theme's XML in our font and colours."""
    theme = re.sub(r'(<a:latin typeface=")[^"]*', rf"\g<1>{FONT}", theme)
    for name, colour in zip((f"accent{i}" for i in range(1, 7)), COLOURS, strict=False):
        one = f'<a:{name}><a:srgbClr val="{colour[1:].upper()}"/></a:{name}>'
        theme = re.sub(rf"<a:{name}>.*?</a:{name}>", one, theme, flags=re.DOTALL)
    dark = f'<a:dk2><a:srgbClr val="{INK[1:].upper()}"/></a:dk2>'
    return re.sub(r"<a:dk2>.*?</a:dk2>", dark, theme, flags=re.DOTALL)


def styled(shape: Any, size: float, bold: bool, colour: str, align: str = "l") -> None:
    """What type a placeholder of master or layout gives to what is written into it."""
    body = shape.text_frame._txBody
    style = body.find(qn("a:lstStyle"))
    for child in list(style):
        style.remove(child)
    level = style.makeelement(qn("a:lvl1pPr"), {"algn": align})
    run = level.makeelement(qn("a:defRPr"), {"sz": str(int(size * 100)), "b": str(int(bold))})
    fill = run.makeelement(qn("a:solidFill"), {})
    fill.append(fill.makeelement(qn("a:srgbClr"), {"val": colour[1:].upper()}))
    run.append(fill)
    level.append(run)
    style.append(level)
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0


def put(shape: Any, box: Box) -> None:
    """Give a shape its place."""
    shape.left, shape.top = Inches(box.left), Inches(box.top)
    shape.width, shape.height = Inches(box.width), Inches(box.height)


def draw(page: Any, slide: Slide) -> None:
    """Fill a new slide."""
    page.shapes.title.text = slide.title
    for part in slide.parts:
        if isinstance(part, Text):
            draw_text(page, part)
        elif isinstance(part, Table):
            draw_table(page, part)
        else:
            draw_picture(page, part)
    for shape in page.slide_layout.placeholders:
        kind = shape.placeholder_format.type.name
        if kind == "SLIDE_NUMBER" or (kind == "FOOTER" and slide.footer):
            copied = deepcopy(shape._element)
            page.shapes._spTree.append(copied)
            if kind == "FOOTER":
                page.shapes[-1].text_frame.text = slide.footer
    page.notes_slide.notes_text_frame.text = slide.notes


def draw_text(page: Any, part: Text) -> None:
    """A text box, or a block with a text in it."""
    place = [Inches(one) for one in (part.box.left, part.box.top, part.box.width, part.box.height)]
    if part.fill is None:
        shape = page.shapes.add_textbox(*place)
    else:
        shape = block(page.shapes, place, part.fill)
        shape.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    frame = shape.text_frame
    frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    if part.turned:
        frame._txBody.bodyPr.set("vert", "vert270")
    for i, line in enumerate(part.text.split("\n")):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        written(paragraph, line, part.size, part.bold, part.colour, part.align)


def block(shapes: Any, place: list[Any], colour: str) -> Any:
    """A rectangle of one colour, without line or shadow."""
    shape = shapes.add_shape(MSO_SHAPE.RECTANGLE, *place)
    shape.fill.solid()
    shape.fill.fore_color.rgb = RGBColor.from_string(colour[1:].upper())
    shape.line.fill.background()
    unstyled(shape)
    return shape


def unstyled(shape: Any) -> None:
    """Take off the theme's shadow and shine."""
    style = shape._element.find(qn("p:style"))
    shape._element.remove(style)


def written(paragraph: Any, text: str, size: float, bold: bool, colour: str, align: str) -> None:
    """A text in a paragraph: a run for each kind of type."""
    paragraph.alignment = ALIGN[align]
    for one in runs(text, bold):
        run = paragraph.add_run()
        run.text = one.text
        run.font.size, run.font.bold = Pt(size), one.bold
        if one.italic:
            run.font.italic = True
        run.font.color.rgb = RGBColor.from_string(colour[1:].upper())


def draw_table(page: Any, part: Table) -> None:
    """A native table without the program's own stripes."""
    box = part.box
    shape = page.shapes.add_table(
        len(part.rows), len(part.widths), *map(Inches, (box.left, box.top, box.width, box.height))
    )
    told(shape, part.alt)
    table = shape.table
    table.horz_banding, table.first_row = False, True
    style = shape._element.graphic.graphicData.tbl.tblPr.find(qn("a:tableStyleId"))
    style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # no style, no grid
    for column, wide in zip(table.columns, part.widths, strict=True):
        column.width = Inches(wide)
    for row, high in zip(table.rows, part.heights, strict=True):
        row.height = Inches(high)
    for r, cells in enumerate(part.rows):
        for c, cell in enumerate(cells):
            draw_cell(table.cell(r, c), cell, part.size)


def draw_cell(place: Any, cell: Cell, size: float) -> None:
    """A cell of a native table."""
    place.margin_left = place.margin_right = Inches(0.0 if cell.align == "center" else 0.1)
    place.margin_top = place.margin_bottom = Inches(0.02)
    place.vertical_anchor = MSO_ANCHOR.MIDDLE
    properties = place._tc.get_or_add_tcPr()
    if cell.turned:
        properties.set("vert", "vert270")
    if cell.fill is None:
        place.fill.background()
    else:
        place.fill.solid()
        place.fill.fore_color.rgb = RGBColor.from_string(cell.fill[1:].upper())
    paragraph = place.text_frame.paragraphs[0]
    written(paragraph, cell.text, size, cell.bold, cell.colour, cell.align)


def draw_picture(page: Any, part: Drawing) -> None:
    """Bars and lines, in one group."""
    group = page.shapes.add_group_shape()
    for mark in part.marks:
        if isinstance(mark, Bar):
            box = mark.box
            place = [Inches(one) for one in (box.left, box.top, box.width, box.height)]
            block(group.shapes, place, mark.colour)
            continue
        ends = [Inches(one) for one in (*mark.start, *mark.end)]
        line = group.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, *ends)
        line.line.width = Pt(mark.thick)
        line.line.color.rgb = RGBColor.from_string(mark.colour[1:].upper())
        unstyled(line)
        if mark.arrow:
            inner = line.line._get_or_add_ln()
            inner.append(inner.makeelement(qn("a:tailEnd"), {"type": "triangle"}))
    told(group, part.alt)


def told(shape: Any, alt: str) -> None:
    """Say what a shape shows, for who cannot see it."""
    properties = shape._element.xpath(".//p:cNvPr")[0]
    properties.set("descr", alt)
