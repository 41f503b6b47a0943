"""cvc5 as a process that answers SMT-LIB commands, from the library that PyPI has: it comes without the program."""

import re
import sys

import cvc5

# What may hold a parenthesis that opens or closes nothing.
QUOTED = re.compile(r'"(?:[^"]|"")*"|\|[^|]*\||;[^\n]*')


class Session:
    """Everything between two resets."""

    def __init__(self):
        terms = cvc5.TermManager()
        self.solver = cvc5.Solver(terms)
        self.symbols = cvc5.SymbolManager(terms)
        self.parser = cvc5.InputParser(self.solver, self.symbols)

    def run(self, text):
        self.parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "stdin")
        while not (command := self.parser.nextCommand()).isNull():
            yield command.invoke(self.solver, self.symbols)


def is_whole(text):
    bare = QUOTED.sub("", text)
    return bare.count("(") == bare.count(")") and '"' not in bare


def main():
    session, pending = Session(), ""
    for line in sys.stdin:
        pending += line
        if not is_whole(pending):
            continue
        # The parser keeps what it was told (its logic, for one) through a reset of the solver.
        if pending.strip() == "(reset)":
            session = Session()
        elif pending.strip() == "(exit)":
            return
        else:
            try:
                for answer in session.run(pending):
                    sys.stdout.write(answer)
            except RuntimeError as error:
                quoted = str(error).replace('"', '""').replace("\n", " ")
                sys.stdout.write(f'(error "{quoted}")\n')
            sys.stdout.flush()
        pending = ""


main()
