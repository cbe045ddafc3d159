"""The program in the terminal: which key does what, and when the picture is drawn anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from textrepair.review.actions import DONE, Actions, Nothing, Step
from textrepair.review.decisions import Conflict
from textrepair.review.keys import KEYS, edits, help_text
from textrepair.review.session import Item, Session, View
from textrepair.review.terminal import picture

#: Seconds between two looks at what the loader has brought.
_LOOK = 0.25
#: Articles in a row that turn out to have changed or gone before one waits for the next key.
_TRIES = 20
#: Lines that are not the article's: head, change, facts, message, keys.
_AROUND = 1 + 2 + 4 + 1 + 2


class Help(ModalScreen[None]):
    """All keys."""

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(Text(help_text() + "\n\nAny key closes this; the arrows move in it."), id="help")

    def on_key(self, event: events.Key) -> None:
        if event.key in ("up", "down", "pageup", "pagedown"):
            return
        event.stop()
        self.dismiss()


class ReviewApp(App[None]):
    """A session on the screen."""

    CSS = """
    Screen { layout: vertical; }
    #head { height: 1; background: $panel; }
    #article { height: 1fr; padding: 0 1; }
    #change { height: 2; padding: 0 1; }
    #facts { height: 4; padding: 0 1; }
    #message { height: 1; padding: 0 1; text-style: bold; }
    #ask { height: 1; border: none; display: none; padding: 0 1; }
    #keys { height: 2; background: $panel; }
    Help { align: center middle; }
    Help VerticalScroll { width: 90%; height: 90%; border: solid $primary; background: $surface; }
    """
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None  # keys are commands until a line is asked for
    BINDINGS: ClassVar[list[BindingType]] = [("ctrl+c", "quit", "stop")]

    def __init__(self, session: Session, colored: bool = True) -> None:
        super().__init__(ansi_color=True)
        self.session = session
        self._style = picture.Style(colored)
        self._item: Item | None = None
        self._view: View | None = None
        self._acts = Actions(session)
        self._answered: Callable[[str], None] = lambda _: None
        self._loader = session.loader()
        self._over = False
        self._actions: dict[str, Callable[[Item], None]] = {
            "accept": lambda item: self._decided(self._acts.decide(item.key, "accept")),
            "reject": lambda item: self._decided(self._acts.decide(item.key, "reject")),
            "skip": lambda item: self._decided(self._acts.decide(item.key, "skip")),
            "accept_rest": lambda item: self._decided_rest(self._acts.rest(item.key, "accept")),
            "reject_rest": lambda item: self._decided_rest(self._acts.rest(item.key, "reject")),
            "edit": self._edit,
            "reach": self._widen,
            "flag": lambda item: self._take(self._acts.flag(item.key)),
            "note": self._note,
            "forward": lambda item: self._take(self._acts.forward(item.key)),
        }

    def compose(self) -> ComposeResult:
        yield Static(id="head")
        yield Static(id="article")
        yield Static(id="change")
        yield Static(id="facts")
        yield Static(id="message")
        yield Input(id="ask", select_on_focus=False)
        yield Static(id="keys")

    def on_mount(self) -> None:
        self._loader.start()
        self._keys()
        try:
            self._go(None)
        except Conflict as conflict:
            self._move_on(conflict)
        self.set_interval(_LOOK, self._look)

    def on_unmount(self) -> None:
        self._loader.stop()

    # --- what is shown

    def _go(self, after: int | None) -> None:
        """Show the next open edit, or that there is none, or none yet."""
        self._show(self.session.next(after, read=False))
        self._loader.want_more()

    def _take(self, step: Step) -> None:
        """Show what comes after an action."""
        if step.item is not None:
            self._show(step.item)
        else:
            self._go(step.after)

    def _show(self, item: Item | None) -> None:
        self._item, self._view = item, None
        if item is not None:
            self._view = self.session.article(item.article)
        self._draw()

    def _look(self) -> None:
        """The loader may have brought what one waits for."""
        if not self.query("#head"):  # the screen is being taken down, and the timer ticks once more
            return
        if self._item is not None or self._over:
            self._draw_head()
            return
        try:
            finished, waiting = (
                self._loader.finished,
                self.session.waiting(),
            )  # asked first: what comes later is seen
            item = self.session.next(None, read=False)
            if item is not None:
                self._show(item)
                return
            self._over = not waiting
            if finished and waiting and self._loader.error is None:
                self._loader = self.session.loader()  # the program that was reading them may be no more
                self._loader.start()
            self._loader.want_more()
        except Conflict as conflict:
            self._say(f"! {conflict}")
        self._draw()

    def _draw(self) -> None:
        item, view = self._item, self._view
        self._draw_head()
        if item is None or view is None:
            self._put("article", Text(self._nothing()))
            self._put("change", "")
            self._put("facts", "")
            return
        width = self.size.width - 2
        same = self.session.same(item)
        self._put("change", picture.change(view, item, width, self._style))
        self._put("facts", picture.facts(item, same, self._acts.reach, width))
        height = max(3, self.size.height - _AROUND)
        self._put("article", picture.article(view, item, self.session.who, width, height, self._style))

    def _put(self, place: str, text: Text | str) -> None:
        """Every place has its fixed size, so that nothing has to be laid out anew."""
        self.query_one(f"#{place}", Static).update(text, layout=False)

    def _nothing(self) -> str:
        if self._loader.error is not None:
            return (
                f"Reading the articles failed: {self._loader.error}\n\nq stops; what was decided is stored."
            )
        if not self._over:
            return (
                "Reading articles and looking for what to mend …\n\n"
                "The first time on a machine this takes some twenty seconds."
            )
        progress = self.session.progress()
        return (
            f"Nothing is left to decide: {progress.decided} edits decided in {progress.articles_read} articles.\n\n"
            "k goes back to what was shown, u takes back, q stops.\n"
            "What comes out:  textrepair review PATH --export text (or records, decisions, html …)"
        )

    def _draw_head(self) -> None:
        reading = not self._loader.finished
        progress = self.session.progress()
        self._put("head", picture.head(self._view, progress, self.session.order, self.size.width, reading))

    def _keys(self) -> None:
        self._put("keys", picture.key_bar(self.size.width))

    def on_resize(self) -> None:
        self.call_later(self._fit)  # the new size is known only when all have been told of it

    def _fit(self) -> None:
        self._keys()
        self._draw()

    def _say(self, message: str) -> None:
        self._put("message", Text(message))

    # --- keys

    def on_key(self, event: events.Key) -> None:
        asked = self.query_one("#ask", Input)
        if asked.display:
            if event.key == "escape":
                event.stop()
                self._close()
            return
        if isinstance(self.screen, Help) or event.character is None:
            return
        event.stop()
        self._say("")
        character = event.character
        self._try(lambda: self._press(character))

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Nothing as nothing:
            self._say(f"! {nothing}")
        except Conflict as conflict:
            self._move_on(conflict)

    def _move_on(self, conflict: Conflict) -> None:
        """What can't be decided is said, and left."""
        self._say(f"! {conflict}")
        here = self._here()
        for _ in range(_TRIES):
            try:
                self._go(here)
                return
            except Conflict as again:
                self._say(f"! {again}")
        self._show(None)

    def _press(self, character: str) -> None:
        item = self._item
        if character.isdecimal() and item is not None:
            self._decided(self._acts.choose(item, int(character)))
            return
        name = next((key.action for key in KEYS if key.key == character), None)
        anywhere: dict[str, Callable[[], None]] = {
            "undo": self._undo, "redo": self._redo,
            "back": self._back, "search": self._search, "order": self._reorder, "help": self._help, "quit": self.exit,
        }  # fmt: skip
        if name in anywhere:
            anywhere[name]()
        elif name is not None and item is not None:
            self._actions[name](item)
        elif name is not None:
            self._say("! there is no edit to decide" + ("" if self._over else " yet"))
        else:
            self._say(f"! no key {character!r}; ? tells all keys")

    def _decided(self, step: Step) -> None:
        self._take(step)
        if (done := step.outcome) is not None:
            many = f" {done.count} edits at once;" if done.count > 1 else ""
            self._say(f"{DONE[done.verb]}{many} · u takes it back")

    def _decided_rest(self, step: Step) -> None:
        self._take(step)
        if (done := step.outcome) is not None:
            self._say(f"{DONE[done.verb]} {edits(done.count)} · u takes it back")

    def _widen(self, item: Item) -> None:
        self._acts.widen()
        self._draw()

    def _undo(self) -> None:
        step = self._acts.undo()
        self._over = False
        if (done := step.outcome) is not None:
            self._say(f"taken back: {done.verb}, {edits(done.count)}")
        self._take(step)

    def _redo(self) -> None:
        step = self._acts.redo()
        self._take(step)
        if (done := step.outcome) is not None:
            self._say(f"done again: {done.verb}, {edits(done.count)}")

    def _note(self, item: Item) -> None:
        mark = item.mark(self.session.who)
        self._ask(
            "note: ", mark.note if mark else "", lambda text: self._take(self._acts.note(item.key, text))
        )

    def _edit(self, item: Item) -> None:
        self._ask(
            "put instead: ",
            item.edit.after,
            lambda text: self._decided(self._acts.decide(item.key, "other", text)),
        )

    def _here(self) -> int | None:
        return None if self._item is None else self._item.key

    def _search(self) -> None:
        self._ask("find: ", "", lambda text: self._take(self._acts.search(self._here(), text)))

    def _back(self) -> None:
        self._take(self._acts.back(self._here()))

    def _reorder(self) -> None:
        self._take(self._acts.reorder(self._loader))

    def _help(self) -> None:
        self.push_screen(Help())

    # --- asking for a line

    def _ask(self, prompt: str, text: str, answered: Callable[[str], None]) -> None:
        asked = self.query_one("#ask", Input)
        self._answered = answered
        asked.value = text
        asked.cursor_position = len(text)
        asked.display = True
        self._say(f"{prompt} (Enter stores it, Escape leaves it)")
        asked.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._close()
        self._try(lambda: self._answered(event.value))

    def _close(self) -> None:
        asked = self.query_one("#ask", Input)
        asked.display = False
        self.set_focus(None)
        self._say("")
