"""Short messages that speak of what was said before belong to its task, whatever they would be by themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_router.sessions.manner import Heard, Manner, heard
from llm_router.sessions.turn import Course, turn
from llm_router.taxonomy import Category, Difficulty
from tests.support.tasks import classification

PROOF = classification(Category.MATH, Difficulty.HARD, 0.8)
SURELY_OTHER = classification(Category.GENERAL, Difficulty.EASY, 0.2)

BACK = {
    "a letter or a sign": ["y", "K!", "kk", "n", "👍", "👍🏽👍🏽", "✔️", "❤️", "👍 now make it blue", "💯 yes, go on"],
    "English": [
        *("more detail please", "can you simplify that?", "explain step 2 again", "Could you explain that again?"),
        *("can you continue?", "could you elaborate please", "is that right?", "are you sure about that?"),
        *("what does that mean?", "give me an example", "use simpler words", "can you make it shorter?"),
        *("I still don't understand", "yes, can you simplify that?", "tell me more about that"),
    ],
    "German": ["mehr Details bitte", "kannst du das vereinfachen?", "zu lang"],
    "Spanish": ["más detalles por favor", "¿puedes simplificar eso?"],
    "French": ["plus de détails s'il te plaît", "peux-tu simplifier ça ?"],
    "Italian": ["più dettagli per favore", "puoi semplificarlo?"],
    "Portuguese": ["mais detalhes por favor", "pode simplificar isso?"],
    "Russian": ["подробнее, пожалуйста", "можешь упростить это?", "что это значит?"],
    "Chinese": ["使用更简单的语言", "再详细一点", "这是什么意思？", "举个例子"],
    "Japanese": ["もっと簡単に説明してください", "どういう意味ですか"],
    "Korean": ["더 쉽게 설명해줘", "무슨 뜻이야?"],
    "Hindi": ["सरल भाषा में समझाओ"],
    "Arabic": ["المزيد من التفاصيل"],
    "Turkish": ["bu ne demek?"],
}
OF_THEIR_OWN = [
    *("what is it like in Oslo", "what time is it", "hello again", "write a longer poem about the sea", "who is she"),
    *("explain step functions", "explain quantum computing in simple terms", "give me an example of irony"),
    *("show that 2 is even", "is 7 more than 5?", "what is the first step to learn piano", "10:30", "can you help me"),
    *("summarize the plot of Hamlet", "translate hello to French", "can you write a poem", "how are you?", "🎂"),
    *("erkläre die Relativitätstheorie", "dame un ejemplo de ironía", "explique la photosynthèse", "wie geht es dir"),
    *("come si fa il pane", "como fazer pão", "объясни теорию относительности", "解释量子力学", "给我讲个笑话"),
    *("量子力学を説明して", "서울 날씨 어때", "هل باريس جميلة", "what is wrong", "thank you"),
    *("Is this correct English: I didn't understand what you meant", "Give me an example of a formal proof."),
    *("Rewrite this sentence in a more formal way: I want to see you", "What are some examples of formal English?"),
    *("What does 'encore' mean in English?", "What does encore mean in English?", "How do I be more concise?"),
    *("How do I write more clearly?", "How can I be more specific?", "What is an example of irony?", "Is less more?"),
    *("Is “it is what it is” correct?", "What does `this` mean?", "Give me examples of simple words."),
    *("What does it mean to know", "Show that this is true: 1 + 1 = 2", "Explain the proof of step functions"),
    *("Was bedeutet „encore“?", "Ist das richtig: Ich verstehe nicht", "Wie schreibe ich einfacher?"),
    *("Gib mir ein Beispiel von Ironie", "¿Cómo explicar más claro?"),
    *("dame un ejemplo de lenguaje sencillo", "Que signifie « encore » ?", "Comment dire plus simplement ?"),
    *("Donne un exemple de phrase simple", "Che cosa significa 'ancora'?", "dammi un esempio di parole semplici"),
    *("Como explicar mais simples?", "Что значит «ещё»?", "Как объяснить проще?", "приведи пример простых слов"),
    *("“再”是什么意思？", "怎么写得更简洁？", "「これ」は何ですか", "'이것' 무슨 뜻이야?"),
    *("ما معنى «ذلك»؟", "Why is 2 even?", "kannst du weiter als 10 m werfen?"),
    *("This is bad news for the housing market, explain why", "That is bad for my back, which chair should I buy?"),
    *("It's not good to skip breakfast, is it?", "Das ist schlecht für den Rücken, welcher Stuhl hilft?"),
    *("Can you continue a pregnancy after 40?", "Would you go on a date with me", "Can you keep going without sleep?"),
    *("Can you make it rain in Minecraft?", "Can you fix the bug in this code?", "n queens solver in Python"),
    *("could you try again later error in nginx", "N log N sorting algorithms", "simplify y", "explain n", "🎂🎂"),
    *("Explain => with 2 examples", "Explain ∑ in detail", "What is this?", "Cosa significa perché?"),
]
POOR = [
    *("not good", "That's not good.", "not very good", "not helpful", "this is bad", "it's not good", "👎", "❌"),
    *("This is still wrong", "The code doesn't work", "that isn't right", "❌ That's wrong, the capital is Canberra"),
    *("das ist nicht gut", "Das ist nicht richtig", "no está bien", "pas bon", "non va bene", "não está bom"),
    *("плохо", "不好", "这个不对", "良くない", "별로야", "سيئ", "iyi değil"),
]


@pytest.mark.parametrize("text", [text for texts in BACK.values() for text in texts])
def test_a_short_message_about_what_was_said_goes_on_with_it_even_if_it_looks_like_another_task(text: str):
    taken = turn(SURELY_OTHER, heard(text), PROOF, Course())
    assert taken.inherited
    assert (taken.classification.category, taken.classification.difficulty) == (Category.MATH, Difficulty.HARD)
    assert not taken.escalated


@pytest.mark.parametrize("text", OF_THEIR_OWN)
def test_what_holds_something_of_its_own_is_a_new_task(text: str):
    assert not turn(SURELY_OTHER, heard(text), PROOF, Course()).inherited


@pytest.mark.parametrize("text", POOR)
def test_a_short_word_of_displeasure_is_a_complaint(text: str):
    assert heard(text).manner is Manner.ESCALATES


def test_asking_about_what_was_said_is_no_failure_unless_it_only_asks_once_more():
    assert heard("explain step 2 again") == heard("is that right?") == Heard(Manner.CONTINUES)
    assert heard("again, please").manner is Manner.RETRIES


WORDS = ["that", "again", "explain", "step", "2", "two", "more", "is", "y", "👍", "👎", "再", "第", "二", "步"]


@given(st.lists(st.sampled_from(WORDS)), st.lists(st.sampled_from(WORDS)))
def test_a_word_of_its_own_among_any_others_is_never_passed_over(before: list[str], after: list[str]):
    found = heard(" ".join([*before, "Oslo", *after]))
    assert found.more is (found.manner >= Manner.POINTS)
