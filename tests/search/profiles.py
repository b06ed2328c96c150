"""Thirty written profiles, half of them Chinese, with questions in both languages."""

from __future__ import annotations

from agent.search.index import Entry

ENGLISH = {
    "baby": "Buys infant formula, diapers and baby food nearly every week; 41 orders this year.",
    "dog": "A dog owner: dry dog food, treats and chew bones in most of the orders.",
    "cat": "Cat litter and canned cat food come first, about twice a month.",
    "wine": "Orders red and white wine, often with cheese, mostly on Friday evenings.",
    "coupon": "Half of the orders use a coupon, and nearly everything is bought at a discount.",
    "garden": "Buys seeds, potting soil and garden tools every spring.",
    "vegan": "Tofu, lentils, oat milk and fresh vegetables; never meat or fish.",
    "lapsed": "Has not ordered for seven months after a busy first half of the year.",
    "office": "Orders printer paper, ink cartridges and ball pens for the office.",
    "makeup": "Lipstick, mascara and face cream make up most of the spending.",
    "fishing": "Fishing rods, bait and rain jackets; an angler by every sign.",
    "frozen": "Lives on frozen pizza and microwave dinners, hardly any fresh food.",
    "vitamins": "Vitamins, protein powder and cough medicine from the pharmacy shelves.",
    "party": "Large orders of soft drinks, paper plates and balloons a few times a year.",
    "coffee": "Coffee beans, filters and an espresso machine this year.",
}
CHINESE = {
    "孕妇": "经常购买孕妇装、叶酸和孕期护理用品。",
    "鱼缸": "养观赏鱼，常买鱼缸、过滤器和鱼食。",
    "白酒": "逢年过节购买白酒和啤酒，金额较高。",
    "健身": "购买哑铃、瑜伽垫和运动鞋，坚持健身。",
    "茶": "喜欢绿茶、乌龙茶和紫砂茶具。",
    "火锅": "常买火锅底料、牛肉卷和辣椒酱。",
    "文具": "为上学的孩子购买书包、铅笔和练习册。",
    "海鲜": "每周购买虾、螃蟹和新鲜的鱼。",
    "清洁": "洗衣液、拖把和垃圾袋占了大部分订单。",
    "手机": "购买手机壳、充电器和蓝牙耳机等电子产品。",
    "甜点": "爱吃蛋糕、巧克力和冰淇淋，晚上下单最多。",
    "老人": "购买老花镜、血压计和助行器。",
    "自行车": "购买自行车、头盔和打气筒，周末骑行。",
    "贵宾": "全年消费金额最高的顾客之一，每单超过一千元。",
    "新客": "上个月才第一次下单，目前只有两个订单。",
}
PROFILES = [
    Entry(name, text, language, (), {})
    for language, texts in (("en", ENGLISH), ("zh", CHINESE))
    for name, text in texts.items()
]
QUESTIONS = {
    "en": {
        "parents of a baby": "baby",
        "people with a dog": "dog",
        "who drinks wine?": "wine",
        "bargain hunters with coupons": "coupon",
        "customers who eat no meat": "vegan",
        "customers who have stopped buying": "lapsed",
        "cosmetics lovers": "makeup",
        "pregnant women": "孕妇",
        "people with an aquarium": "鱼缸",
        "who works out at home?": "健身",
        "tea drinkers": "茶",
        "seafood lovers": "海鲜",
        "parents buying school supplies": "文具",
        "cyclists": "自行车",
        "the biggest spenders": "贵宾",
        "new customers": "新客",
    },
    "zh": {
        "有婴儿的家庭": "baby",
        "养狗的顾客": "dog",
        "养猫的人": "cat",
        "喜欢葡萄酒的人": "wine",
        "爱用优惠券的顾客": "coupon",
        "素食者": "vegan",
        "很久没有下单的顾客": "lapsed",
        "喜欢园艺的人": "garden",
        "谁喝咖啡": "coffee",
        "怀孕的女性": "孕妇",
        "喜欢喝茶的人": "茶",
        "经常健身的人": "健身",
        "爱吃海鲜的人": "海鲜",
        "有上学孩子的家庭": "文具",
        "骑自行车的人": "自行车",
        "新顾客": "新客",
    },
}
