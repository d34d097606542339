"""Short messages that speak of what was said before belong to its task, whatever they would be by themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_router.sessions.manner import Heard, Manner, heard, manner
from llm_router.sessions.turn import Course, turn
from llm_router.taxonomy import Category, Difficulty
from tests.support.tasks import classification

PROOF = classification(Category.MATH, Difficulty.HARD, 0.8)
SURELY_OTHER = classification(Category.GENERAL, Difficulty.EASY, 0.2)

BACK = {
    "a letter or a picture": ["y", "K!", "kk", "n", "👍", "👍🏽👍🏽", "✔️", "❤️", "💯 thanks"],
    "English": [
        *("more detail please", "can you simplify that?", "explain step 2 again", "explain step two", "clarify step 3"),
        *("Could you explain the second step in more detail?", "tell me more about that", "give me 3 more examples"),
        *("what does that mean?", "why is that?", "how did you get that", "is that right?", "are you sure about this?"),
        *("use simpler words", "in plain English please", "summarize it in one sentence", "explain it more simply"),
        *("can you continue?", "could you elaborate please", "Can you fix the bug?", "give me an example of that"),
        *("explain the proof again", "3 more examples, please", "walk me through step 2", "go over that again"),
        *("I still don't understand this step", "yes, can you simplify that?", "translate that to French"),
    ],
    "German": ["mehr Details bitte", "kannst du das einfacher erklären?", "erkläre Schritt 2 nochmal", "zu lang"],
    "Spanish": ["más detalles por favor", "¿puedes simplificar eso?", "explica el paso 2 otra vez", "otro ejemplo"],
    "French": ["plus de détails s'il te plaît", "peux-tu simplifier ça ?", "explique encore l'étape 2"],
    "Italian": ["più dettagli per favore", "puoi semplificarlo?", "spiega di nuovo il passo 2"],
    "Portuguese": ["mais detalhes por favor", "pode simplificar isso?", "explique o passo 2 de novo"],
    "Russian": ["подробнее, пожалуйста", "можешь упростить это?", "объясни шаг 2 ещё раз", "что это значит?"],
    "Chinese": ["使用更简单的语言", "能不能再解释一下第二步？", "再详细一点", "这是什么意思？", "举个例子"],
    "Japanese": ["もっと簡単に説明してください", "ステップ2をもう一度説明して", "どういう意味ですか"],
    "Korean": ["더 쉽게 설명해줘", "2단계를 다시 설명해줘", "무슨 뜻이야?"],
    "Hindi": ["सरल भाषा में समझाओ", "मतलब क्या है"],
    "Arabic": ["اشرح الخطوة 2 مرة أخرى", "ماذا يعني ذلك؟"],
    "Turkish": ["2. adımı tekrar açıkla", "bu ne demek?"],
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
    *("Gib mir ein Beispiel von Ironie", "¿Qué significa «eso»?", "¿Cómo explicar más claro?"),
    *("dame un ejemplo de lenguaje sencillo", "Que signifie « encore » ?", "Comment dire plus simplement ?"),
    *("Donne un exemple de phrase simple", "Che cosa significa 'ancora'?", "dammi un esempio di parole semplici"),
    *("Como explicar mais simples?", "Что значит «ещё»?", "Как объяснить проще?", "приведи пример простых слов"),
    *("“再”是什么意思？", "怎么写得更简洁？", "「これ」は何ですか", "'이것' 무슨 뜻이야?"),
    *("ما معنى «ذلك»؟", "“bu” ne demek?", "Why is 2 even?", "kannst du weiter als 10 m werfen?"),
    *("This is bad news for the housing market, explain why", "That is bad for my back, which chair should I buy?"),
    *("It's not good to skip breakfast, is it?", "Das ist schlecht für den Rücken, welcher Stuhl hilft?"),
    *("Can you continue a pregnancy after 40?", "Would you go on a date with me", "Can you keep going without sleep?"),
    *("Can you make it rain in Minecraft?", "Can you fix the bug in this code?", "n queens solver in Python"),
    *("could you try again later error in nginx", "N log N sorting algorithms"),
]
POOR = [
    *("not good", "That's not good.", "not very good", "not helpful", "this is bad", "👎"),
    *("it's not good", "das ist nicht gut"),
    *("no está bien", "pas bon", "non va bene", "não está bom", "плохо", "不好", "良くない"),
    *("별로야", "سيئ", "iyi değil"),
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
    assert manner(text) is Manner.ESCALATES


def test_asking_about_what_was_said_is_no_failure_unless_it_only_asks_once_more():
    assert heard("explain step 2 again") == heard("is that wrong?") == Heard(Manner.CONTINUES)
    assert manner("again, please") is manner("Could you try again?") is Manner.RETRIES


def test_what_goes_on_for_long_says_enough_by_itself_though_every_word_of_it_could_point_back():
    assert heard("say that again in other words with more examples").manner is Manner.CONTINUES
    assert heard("why do you say that this is not what you said it was before or after").manner is Manner.FRESH
    assert heard("check that it is not what you said that it is").manner is Manner.FRESH


WORDS = ["that", "again", "explain", "step", "2", "two", "more", "is", "👍", "👎", "再", "第", "二", "步"]


@given(st.lists(st.sampled_from(WORDS)), st.lists(st.sampled_from(WORDS)))
def test_a_word_of_its_own_among_any_others_is_never_passed_over(before: list[str], after: list[str]):
    found = heard(" ".join([*before, "Oslo", *after]))
    assert found.more is found.manner.follows
