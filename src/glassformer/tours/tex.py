"""A formula's TeX, read as the page reads it (``web/src/parts/katex.ts``, which knows less than all
of TeX): what it could not set is refused here, where the line is known."""

from __future__ import annotations

import re

from glassformer.errors import nearest

# What the page knows, by how many arguments follow; a test of the page's holds these against it.
NONE = """
alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho
sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi
Omega nabla partial ell imath jmath forall exists emptyset infty prime top perp star surd approx
doteq equiv ge geq gg gt in le leq ll lt mid ne neq notin parallel propto sim subset not bmod cap
cdot circ cup div land lor mp neg odot oplus otimes pm setminus times vee wedge downarrow gets
hookrightarrow iff implies leftarrow longleftarrow longleftrightarrow longmapsto longrightarrow
mapsto nwarrow rightarrow to uparrow updownarrow Downarrow Leftrightarrow Longleftarrow
Longleftrightarrow Longrightarrow Rightarrow Uparrow Updownarrow bigcap bigcup bigodot bigoplus
bigotimes bigsqcup biguplus bigvee bigwedge coprod iiint iint int intop oiiint oiint oint prod
smallint sum arccos arcsin arctan arg argmax argmin cos cosh cot coth csc deg det dim exp gcd hom
inf ker lg lim ln log max min sec sin sinh sup tan tanh Pr backslash langle lbrace lbrack lceil
lfloor lVert lvert rVert rangle rbrace rbrack rceil rfloor rvert vert Vert cdots ddots dots dotsb
dotsc dotso ldots vdots quad qquad space displaystyle textstyle scriptstyle scriptscriptstyle
""".split()
SIGNS = r",;:!>{}|%&_#$\ "  # of one letter: \, and \{
ONE = """
acute bar breve check ddot dot grave hat mathring tilde vec overline underline phantom sqrt mathrm
mathbf mathit mathnormal boldsymbol bm text textrm textbf textit textnormal emph operatorname
operatornamewithlimits mathbin mathclose mathopen mathord mathpunct mathrel color pmod tag
""".split()
TWO = "binom dbinom tbinom frac dfrac tfrac cfrac overset underset stackrel textcolor".split()
SIZED = """
big Big bigg Bigg bigl Bigl biggl Biggl bigm Bigm biggm Biggm bigr Bigr biggr Biggr
""".split()
ENVIRONMENTS = """
matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix matrix* pmatrix* bmatrix* Bmatrix* vmatrix* Vmatrix*
cases dcases rcases drcases aligned split
""".split()
AFTER_AN_OPERATOR = ("limits", "nolimits")
PAIRED = ("left", "middle", "right", "begin", "end")
DELIMITERS = r"""
( ) [ ] / | . < > \{ \} \| \langle \rangle \lbrace \rbrace \lbrack \rbrack \lfloor \rfloor \lceil
\rceil \lvert \rvert \lVert \rVert \vert \Vert \backslash \uparrow \downarrow \Uparrow \Downarrow
""".split()

KNOWN = {*NONE, *SIGNS, *ONE, *TWO, *SIZED, *AFTER_AN_OPERATOR, *PAIRED}
TEXTS = ("text", "textrm", "textbf", "textit", "textnormal", "emph")
IN_TEXT = (*TEXTS, "textcolor", "dots", "ldots", "quad", "qquad", "space", "backslash")
ALONE = ("sqrt", "operatorname", "operatornamewithlimits", "tag", "color", "left", "begin", *SIZED)
TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|.", re.DOTALL)


def check(tex: str) -> None:
    """Refuse what is no formula.

    Raises:
        ValueError: what is wrong with it.
    """
    Reader(tex).until("", "")


class Reader:
    """Reads a formula from its beginning to its end."""

    def __init__(self, tex: str) -> None:
        self.tokens = [one for one in TOKEN.findall(tex) if not one.isspace()]
        self.at = 0
        self.inside: list[str] = []  # what is open: "{", "\\left", "\\begin", "$"
        self.text = False  # words are read, not mathematics

    def next(self) -> str:
        """The next token; "" at the end."""
        self.at += 1
        return self.tokens[self.at - 1] if self.at <= len(self.tokens) else ""

    def is_next(self, token: str) -> bool:
        """Whether this token comes next; then it is taken."""
        found = self.tokens[self.at : self.at + 1] == [token]
        self.at += found
        return found

    def until(self, end: str, opened: str) -> None:
        """Read on to what closes that which was ``opened``."""
        self.inside.append(opened)
        scripts: set[str] = set()
        while (token := self.next()) != end:
            if not token:
                raise ValueError(f"'{opened}' is not closed: '{end}' is missing")
            if token in "_^" and not self.text:
                if token in scripts:
                    raise ValueError(f"'{token}' stands twice at one place: braces say which of "
                                     "the two is meant, {x_1}_2 or x_{1_2}")  # fmt: skip
                scripts.add(token)
                self.argument(token)
                continue
            if token != "'":
                scripts.clear()
            self.one(token)
        self.inside.pop()

    def one(self, token: str) -> None:
        """One sign or command, with all that belongs to it."""
        if token == "{":
            self.until("}", "{")
        elif token == "}":
            raise ValueError("'}' closes nothing: no '{' is open")
        elif token == "$" and self.text:
            self.text = False
            self.until("$", "$")
            self.text = True
        elif token in "#$%" or (token in "_^&" and self.text):
            raise ValueError(f"the sign {token} is written \\{token}")
        elif token == "&" and self.inside[-1] != "\\begin":
            raise ValueError("'&' stands outside of a matrix, of cases and of aligned: the sign is "
                             "written \\&")  # fmt: skip
        elif token[0] == "\\":
            self.command(token[1:])

    def command(self, name: str) -> None:
        """What a command needs after it."""
        if name not in KNOWN:
            raise ValueError(f"there is no \\{name}.{nearest(name, KNOWN)}" if len(name) > 1 else
                             f"there is no '\\{name}'")  # fmt: skip
        if self.text and name not in IN_TEXT and len(name) > 1:
            raise ValueError(f"\\{name} stands in a text, where it is written $\\{name}$")
        if name in SIZED:
            self.delimiter(name)
        elif name == "left":
            self.delimiter(name)
            self.until("\\right", "\\left")
            self.delimiter("right")
        elif name == "middle":
            self.delimiter(name)
            if "\\left" not in self.inside:
                raise ValueError("'\\middle' stands outside of '\\left' and '\\right'")
        elif name == "begin":
            self.environment()
        elif name in ("right", "end"):
            other = {"right": "left", "end": "begin"}[name]
            raise ValueError(f"'\\{name}' closes nothing: no '\\{other}' is open")
        elif name in ONE or name in TWO:
            self.arguments(name)

    def arguments(self, name: str) -> None:
        """The arguments of a command."""
        if name == "sqrt" and self.is_next("["):
            self.until("]", "[")
        if name == "operatorname":
            self.is_next("*")
        before, self.text = self.text, self.text or name in TEXTS
        for _ in range(2 if name in TWO else 1):
            self.argument(f"\\{name}")
        self.text = before

    def argument(self, owner: str) -> None:
        """One argument: a sign, a command, or a group in braces."""
        token = self.next()
        if token in ("", "}", "&", "_", "^", "'", "$", "\\\\", "\\right", "\\middle", "\\end"):
            raise ValueError(f"after '{owner}' something is missing: {owner}{{…}}")
        name = token[1:]
        alone = (*ONE, *TWO, *ALONE) if owner[0] == "\\" and owner != "\\sqrt" else ALONE
        if token[0] == "\\" and name in alone:
            raise ValueError(f"what follows '{owner}' needs braces: {owner}{{{token} …}}")
        self.one(token)

    def delimiter(self, name: str) -> None:
        """The bracket or bar after \\left, \\big and their like."""
        token = self.next()
        if token not in DELIMITERS:
            raise ValueError(f"after '\\{name}' a bracket or a bar is missing, as in \\{name}(")

    def environment(self) -> None:
        r"""From \begin{cases} to its \end{cases}."""
        name = self.name("begin")
        if name not in ENVIRONMENTS:
            raise ValueError(f"there is no \\begin{{{name}}}.{nearest(name, ENVIRONMENTS)}")
        if name.endswith("*") and self.is_next("["):
            self.until("]", "[")
        self.until("\\end", "\\begin")
        if (ended := self.name("end")) != name:
            raise ValueError(f"\\begin{{{name}}} is closed by \\end{{{ended}}}")

    def name(self, owner: str) -> str:
        """A name in braces."""
        begin = self.at + 1
        if not self.is_next("{") or "}" not in self.tokens[begin:]:
            raise ValueError(f"after '\\{owner}' a name is missing, as in \\{owner}{{cases}}")
        end = self.tokens.index("}", begin)
        self.at = end + 1
        return "".join(self.tokens[begin:end])
