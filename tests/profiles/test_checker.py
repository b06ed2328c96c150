"""What the checker takes and what it refuses: sentences written by hand, against three sheets."""

from __future__ import annotations

import pytest

from agent.facts.sheet import Fact
from agent.profiles.checker import Checker
from agent.prompts import load_claims
from agent.settings import Language

NAMES = [
    *("MILK", "FROZEN FISH", "CANDLES", "BREAD", "DOG FOOD", "PAPER HOUSEWARES", "SANDWICHES"),
    *("chocolate milk", "frozen fish", "candles", "bread", "frozen pizza", "wine", "coupons"),
    *("sour cream, dips and cottage cheese", "7 up", "dog food", "disposable tableware"),
    *("巧克力牛奶", "冷冻鱼", "蜡烛", "面包", "冷冻披萨", "葡萄酒", "狗粮", "一次性餐具", "三明治"),
]
RICH_EN = [
    Fact("orders", "118 orders, more than most customers"),
    Fact("value", "$2,950 spent in all, among the top 25% of customers"),
    Fact("basket", "$25 an order"),
    Fact("gap", "usually orders every 2 days"),
    Fact("recency", "last order 6 days ago"),
    Fact("trend", "spending is down 35% over the last 90 days"),
    Fact("coupons", "uses coupons in 12% of orders"),
    Fact("week", "shops mostly on weekdays"),
    Fact("likes:MILK", "chocolate milk (31 orders)"),
    Fact("likes:FROZEN FISH", "frozen fish (24 orders)"),
    Fact("likes:CANDLES", "candles (12 orders)"),
]
PLAIN_EN = [
    Fact("orders", "12 orders"),
    Fact("value", "$300 spent in all"),
    Fact("basket", "$25 an order, a larger basket than most"),
    Fact("recency", "last order yesterday"),
    Fact("trend", "spending has more than doubled over the last 90 days"),
    Fact("coupons", "never uses coupons"),
    Fact("hours", "mostly in the evening"),
    Fact("likes:DIPS", "sour cream, dips and cottage cheese (7 orders)"),
    Fact("likes:7UP", "7 up (4 orders)"),
]
RICH_ZH = [
    Fact("orders", "下过118单，比大多数顾客多"),
    Fact("value", "累计消费$2,950，位于顾客前25%"),
    Fact("basket", "平均每单$25"),
    Fact("gap", "通常每2天下单一次"),
    Fact("recency", "上次下单在6天前"),
    Fact("trend", "近90天消费下降35%"),
    Fact("coupons", "12%的订单使用优惠券"),
    Fact("week", "主要在工作日购物"),
    Fact("likes:MILK", "巧克力牛奶（31单）"),
    Fact("likes:FROZEN FISH", "冷冻鱼（24单）"),
    Fact("likes:CANDLES", "蜡烛（12单）"),
]
PLAIN_ZH = [
    Fact("orders", "下过12单"),
    Fact("value", "累计消费$300"),
    Fact("basket", "平均每单$25，高于大多数顾客"),
    Fact("recency", "昨天刚下过单"),
    Fact("trend", "近90天消费比此前翻了一倍多"),
    Fact("coupons", "从不使用优惠券"),
    Fact("hours", "多在晚间购物"),
    Fact("likes:PAPER HOUSEWARES", "一次性餐具（7单）"),
    Fact("likes:SANDWICHES", "三明治（4单）"),
]
CHECKERS: dict[Language, Checker] = {
    "en": Checker("en", load_claims(), NAMES),
    "zh": Checker("zh", load_claims(), NAMES),
}

TAKEN: list[tuple[list[Fact], str]] = [
    (
        RICH_EN,
        "This customer placed 118 orders, more than most customers, with $2,950 spent in all.",
    ),
    (RICH_EN, "With $2,950 spent in all, this customer is among the top 25% of customers."),
    (RICH_EN, "Orders usually come every 2 days, and the last order was 6 days ago."),
    (RICH_EN, "Spending is down 35% over the last 90 days. Coupons are used in 12% of orders."),
    (
        RICH_EN,
        "Spending fell 35% over the last 90 days, and the customer shops mainly on weekdays.",
    ),
    (
        RICH_EN,
        "Chocolate milk (31 orders), frozen fish (24 orders) and candles (12 orders) stand out.",
    ),
    (RICH_EN, "This customer bought chocolate milk in 31 orders and frozen fish in 24 orders."),
    (RICH_EN, "The customer has 31 orders of chocolate milk and 24 of frozen fish."),
    (
        RICH_EN,
        "This customer buys more than others of chocolate milk (31) and frozen fish (24).",
    ),
    (RICH_EN, "Placed one hundred and eighteen orders, spending $2,950 in all and $25 per order."),
    (
        RICH_EN,
        "The customer has placed １１８ orders and spent a total of $2950, averaging $25 an order.",
    ),
    (RICH_EN, "Coupons are used in twelve percent of the orders; the last order was six days ago."),
    (RICH_EN, "A top 25% customer, with 118 orders, more than most customers."),
    (RICH_EN, "The customer ordered 118 times and spends $25 per order on average."),
    (RICH_EN, "This customer typically orders once every two days and shops mostly on weekdays."),
    (RICH_EN, "Candles stand out, with 12 orders, as does frozen fish."),
    (PLAIN_EN, "This customer placed a dozen orders, $25 an order, a larger basket than most."),
    (PLAIN_EN, "The last order was yesterday, and coupons are never used."),
    (PLAIN_EN, "Coupons are not used. Spending has more than doubled over the last 90 days."),
    (PLAIN_EN, "Spending is up over the last 90 days, mostly in the evening."),
    (PLAIN_EN, "Sour cream, dips and cottage cheese (7 orders) and 7 up (4 orders) stand out."),
    (PLAIN_EN, "Twelve orders, $300 spent in all, shopping mostly in the evenings."),
    (RICH_ZH, "这位顾客下过118单，比大多数顾客多，累计消费$2,950，位于顾客前25%。"),
    (RICH_ZH, "这位顾客平均每单消费$25，通常每2天下单一次，上次下单在6天前。"),
    (RICH_ZH, "近90天消费下降35%，12%的订单使用优惠券，主要在工作日购物。"),
    (RICH_ZH, "近90天消费减少了35%，该顾客主要在工作日购物。"),
    (RICH_ZH, "比其他顾客更常买巧克力牛奶（31单）、冷冻鱼（24单）和蜡烛（12单）。"),
    (RICH_ZH, "购买过31单巧克力牛奶，24单冷冻鱼，12单蜡烛。"),
    (RICH_ZH, "这位顾客共下过一百一十八单，百分之十二的订单使用优惠券。"),
    (RICH_ZH, "这位顾客下过１１８单，累计消费＄２９５０，每单$25，６天前下单。"),
    (RICH_ZH, "该顾客通常每两天下单一次，上次下单在六天前。"),
    (PLAIN_ZH, "这位顾客下过十二单，平均每单$25，高于大多数顾客，昨天刚下过单。"),
    (PLAIN_ZH, "从不使用优惠券，近90天消费比此前翻了一倍多，多在晚间购物。"),
    (PLAIN_ZH, "比其他顾客更常买一次性餐具（7单）和三明治（4单），没有使用优惠券。"),
]

REFUSED: list[tuple[list[Fact], str, str]] = [
    # numbers: not there, of another unit, of another matter
    (RICH_EN, "This customer placed 119 orders, with $2,950 spent in all.", "number"),
    (RICH_EN, "This customer placed 118 orders, with nearly $3,000 spent in all.", "number"),
    (RICH_EN, "This customer placed 118 orders, with $2,950.50 spent in all.", "number"),
    (RICH_EN, "This customer placed 118 orders, with $29,50 spent in all.", "number"),
    (RICH_EN, "This customer placed 118 orders, with $2.95k spent in all.", "number"),
    (RICH_EN, "This customer placed 118 orders and spent over $2,950 in all.", "number"),
    (RICH_EN, "This customer placed more than 118 orders and spent $2,950 in all.", "number"),
    (RICH_EN, "This customer spent $25 in all and $2,950 an order over 118 orders.", "number"),
    (RICH_EN, "This customer spent $2,950 an order, a total of $25.", "number"),
    (RICH_EN, "Orders usually come every 6 days, and the last order was 2 days ago.", "number"),
    (RICH_EN, "Orders usually come every 90 days, the last order was 6 days ago.", "number"),
    (RICH_EN, "Spending is down 35% over the last 6 days, mostly on weekdays.", "number"),
    (RICH_EN, "Spending is down 12% over the last 90 days.", "number"),
    (RICH_EN, "Coupons are used in 35% of orders, mostly on weekdays.", "number"),
    (RICH_EN, "Coupons are used in 12 orders, and spending is down 35%.", "number"),
    (RICH_EN, "This customer uses 12 coupons, and spending is down 35%.", "number"),
    (RICH_EN, "This customer uses coupons in 118 orders, more than most customers.", "number"),
    (RICH_EN, "This customer placed 31 orders, with $2,950 spent in all.", "number"),
    (RICH_EN, "Chocolate milk (24 orders) and frozen fish (31 orders) stand out.", "number"),
    (RICH_EN, "The customer placed 118 orders of chocolate milk.", "number"),
    (RICH_EN, "Chocolate milk (118 orders) and frozen fish (24 orders) stand out.", "number"),
    (RICH_EN, "Chocolate milk stands out in 31% of the orders.", "number"),
    (RICH_EN, "Chocolate milk ($31) and frozen fish ($24) stand out.", "number"),
    (RICH_EN, "The customer bought 31 candles and ordered 118 times.", "number"),
    (RICH_EN, "Half of the orders use coupons; the last order was 6 days ago.", "number"),
    (RICH_EN, "Twenty-five orders were placed, with $2,950 spent in all.", "number"),
    (RICH_EN, "The customer placed 118 orders in the last 90 days.", "number"),
    (RICH_EN, "Orders usually come every 2 weeks, and the last order was 6 days ago.", "word"),
    (RICH_EN, "The customer bought 118 items, with $2,950 spent in all.", "number"),
    (PLAIN_EN, "Two dozen orders were placed, with $300 spent in all.", "number"),
    (PLAIN_EN, "A dozen orders were placed, and 7 up (7 orders) stands out.", "number"),
    (RICH_ZH, "这位顾客下过119单，累计消费$2,950。", "number"),
    (RICH_ZH, "这位顾客累计消费$25，平均每单$2,950。", "number"),
    (RICH_ZH, "这位顾客通常每6天下单一次，上次下单在2天前。", "number"),
    (RICH_ZH, "近90天消费下降12%，35%的订单使用优惠券。", "number"),
    (RICH_ZH, "近90天消费下降三成，主要在工作日购物。", "number"),
    (RICH_ZH, "比其他顾客更常买巧克力牛奶（24单）、冷冻鱼（31单）。", "number"),
    (RICH_ZH, "这位顾客下过118单巧克力牛奶，上次下单在6天前。", "number"),
    (RICH_ZH, "这位顾客下过两百单，累计消费$2,950。", "number"),
    (RICH_ZH, "一半的订单使用优惠券，主要在工作日购物。", "number"),
    (RICH_ZH, "118单使用优惠券，主要在工作日购物。", "number"),
    (RICH_ZH, "这位顾客累计消费近三千，下过118单。", "number"),
    (PLAIN_ZH, "比其他顾客更常买一次性餐具（1单）和三明治（3单）。", "number"),
    (RICH_EN, "This customer has spent $2,950 on chocolate milk, mostly on weekdays.", "number"),
    (RICH_EN, "This customer spends 35% on chocolate milk (31 orders).", "number"),
    (RICH_EN, "This customer spent $2,950 in 6 days, with 118 orders in all.", "number"),
    (RICH_EN, "This customer placed 1 18 orders, with $2,950 spent in all.", "number"),
    (RICH_EN, "Chocolate milk was last ordered 6 days ago, 118 orders.", "number"),
    (RICH_ZH, "巧克力牛奶消费$2,950，下过118单。", "number"),
    (RICH_ZH, "每2天购买一次巧克力牛奶，下过118单。", "number"),
    (RICH_ZH, "近6天消费下降35%，下过118单。", "number"),
    (RICH_ZH, "这位顾客第一次下单，累计消费$2,950。", "number"),
    # categories that the sheet lacks
    (RICH_EN, "Chocolate milk (31 orders) and frozen pizzas stand out.", "category"),
    (RICH_EN, "Chocolate milk, dog food and candles stand out.", "category"),
    (RICH_EN, "Milk (31 orders) and frozen fish (24 orders) stand out.", "category"),
    (RICH_EN, "This customer buys chocolate milk (31 orders) and wines.", "category"),
    (RICH_EN, "This customer buys chocolate milk (31 orders) and toys.", "word"),
    (RICH_ZH, "比其他顾客更常买巧克力牛奶（31单）和葡萄酒。", "category"),
    (RICH_ZH, "比其他顾客更常买巧克力牛奶（31单）和玩具。", "word"),
    # claims that the sheet does not make, or makes of something else
    (RICH_EN, "Spending is up 35% over the last 90 days.", "claim"),
    (RICH_EN, "Spending has more than doubled over the last 90 days.", "claim"),
    (RICH_EN, "Orders are down 35% over the last 90 days.", "claim"),
    (RICH_EN, "Chocolate milk is down 35% over the last 90 days.", "claim"),
    (RICH_EN, "The customer shops mostly on weekends, and uses coupons.", "claim"),
    (RICH_EN, "The customer shops mostly in the evening, and uses coupons.", "claim"),
    (RICH_EN, "The customer never uses coupons and placed 118 orders.", "claim"),
    (RICH_EN, "Coupons are used in every order; the last order was 6 days ago.", "claim"),
    (RICH_EN, "Coupons are used in 12% of orders, more than most customers.", "claim"),
    (RICH_EN, "At $25 an order, more than most, this customer stands out.", "claim"),
    (RICH_EN, "The customer spends $25 an order, a larger basket than most.", "claim"),
    (RICH_EN, "The customer mostly buys chocolate milk (31 orders).", "claim"),
    (RICH_EN, "The last order was today, and coupons are used in 12% of orders.", "claim"),
    (RICH_EN, "This new customer placed 118 orders, more than most.", "claim"),
    (PLAIN_EN, "The customer uses coupons, and the last order was yesterday.", "claim"),
    (
        PLAIN_EN,
        "The customer never shops in the evening, and the last order was yesterday.",
        "claim",
    ),
    (PLAIN_EN, "This customer placed 12 orders, more than most customers.", "claim"),
    (PLAIN_EN, "Spending is down over the last 90 days.", "claim"),
    (RICH_ZH, "近90天消费增长35%，主要在工作日购物。", "claim"),
    (RICH_ZH, "近90天消费翻了一倍多，主要在工作日购物。", "claim"),
    (RICH_ZH, "近90天订单下降35%，主要在工作日购物。", "claim"),
    (RICH_ZH, "主要在周末购物，12%的订单使用优惠券。", "claim"),
    (RICH_ZH, "从不使用优惠券，主要在工作日购物。", "claim"),
    (RICH_ZH, "每单都使用优惠券，主要在工作日购物。", "claim"),
    (RICH_ZH, "这位顾客每天下单，主要在工作日购物。", "claim"),
    (RICH_ZH, "12%的订单使用优惠券，比大多数顾客多。", "claim"),
    (RICH_ZH, "平均每单$25，高于大多数顾客，上次下单在6天前。", "claim"),
    (PLAIN_ZH, "这位顾客使用优惠券，昨天刚下过单。", "claim"),
    (PLAIN_ZH, "这位顾客下过12单，比大多数顾客多。", "claim"),
    (RICH_EN, "Chocolate milk (31 orders) is bought on weekdays.", "claim"),
    (RICH_EN, "With 118 orders this customer is among the top 25% of customers.", "claim"),
    (RICH_ZH, "这位顾客下过118单，位于顾客前25%，累计消费$2,950。", "claim"),
    (RICH_EN, "The customer usually uses coupons, with 118 orders in all.", "claim"),
    (RICH_EN, "This customer shops in the top 25% of categories, 118 orders.", "claim"),
    (RICH_EN, "This customer placed 118 orders and has used 12% of coupons.", "claim"),
    (RICH_EN, "This customer placed 118 orders, with $2,950 spent a day.", "claim"),
    (RICH_EN, "Spending is not down over the last 90 days, 118 orders in all.", "claim"),
    (RICH_ZH, "通常使用优惠券，下过118单，累计消费$2,950。", "claim"),
    (RICH_ZH, "天天下单，累计消费$2,950。", "claim"),
    # what no sheet holds: people, feelings, advice, vague amounts
    (RICH_EN, "She placed 118 orders, with $2,950 spent in all.", "word"),
    (RICH_EN, "A young mother who placed 118 orders, mostly on weekdays.", "word"),
    (RICH_EN, "An office worker who shops mostly on weekdays.", "word"),
    (RICH_EN, "This loyal customer placed 118 orders, more than most.", "word"),
    (RICH_EN, "This customer loves chocolate milk (31 orders).", "word"),
    (RICH_EN, "The customer has a dog and shops mostly on weekdays.", "word"),
    (RICH_EN, "The customer is diabetic and shops mostly on weekdays.", "word"),
    (RICH_EN, "A Christian customer who placed 118 orders.", "word"),
    (RICH_EN, "This is the top customer, with 118 orders in all.", "word"),
    (RICH_EN, "Most orders use coupons; 118 orders were placed.", "word"),
    (RICH_EN, "This customer placed 118 orders 😀 and spent $2,950.", "word"),
    (RICH_EN, "You should offer this customer coupons on weekdays.", "word"),
    (RICH_EN, "This customer placed dozens of orders, mostly on weekdays.", "word"),
    (RICH_EN, "This customer shops mostly on Mondays, and uses coupons.", "word"),
    (RICH_ZH, "她下过118单，累计消费$2,950。", "word"),
    (RICH_ZH, "这位上班族主要在工作日购物，下过118单。", "word"),
    (RICH_ZH, "这位顾客喜欢巧克力牛奶（31单）和蜡烛。", "word"),
    (RICH_ZH, "这位顾客家里养狗，主要在工作日购物。", "word"),
    (RICH_ZH, "建议在工作日向这位顾客发送优惠券。", "word"),
    (RICH_ZH, "这位忠实顾客下过118单，比大多数顾客多。", "word"),
    (RICH_ZH, "这位顾客下过很多单，主要在工作日购物。", "word"),
    # language and length
    (RICH_EN, "This customer placed 118 orders, 主要在工作日购物。", "language"),
    (RICH_ZH, "This customer placed 118 orders, mostly on weekdays.", "language"),
    (RICH_ZH, "这位顾客下过118单，is a top customer。", "language"),
    (RICH_EN, "118 orders.", "length"),
    (RICH_EN, "The customer buys candles. " + "The customer shops here. " * 40, "length"),
    # told twice
    (RICH_EN, "Shops mostly on weekdays; 118 orders were placed, mainly on weekdays.", "repeat"),
    (RICH_EN, "Chocolate milk (31 orders) stands out, and so is chocolate milk bought.", "repeat"),
    (
        RICH_EN,
        "The last order was 6 days ago, 118 orders. The last order was 6 days ago.",
        "repeat",
    ),
    (
        PLAIN_EN,
        "Coupons are never used, the last order was yesterday, never uses coupons.",
        "repeat",
    ),
    (PLAIN_ZH, "多在晚间购物，昨天刚下过单，多在晚间购物。", "repeat"),
    (RICH_ZH, "主要在工作日购物，下过118单，主要在工作日购物。", "repeat"),
]


def _language(text: list[Fact]) -> Language:
    return "zh" if text in (RICH_ZH, PLAIN_ZH) else "en"


@pytest.mark.parametrize(("sheet", "text"), TAKEN, ids=[text for _, text in TAKEN])
def test_a_faithful_text_is_taken(sheet: list[Fact], text: str) -> None:
    assert CHECKERS[_language(sheet)].refusals(text, sheet) == []


@pytest.mark.parametrize(("sheet", "text", "test"), REFUSED, ids=[text for _, text, _ in REFUSED])
def test_an_unfaithful_text_is_refused(sheet: list[Fact], text: str, test: str) -> None:
    refusals = CHECKERS[_language(sheet)].refusals(text, sheet)
    assert test in {refusal.test for refusal in refusals}, refusals
